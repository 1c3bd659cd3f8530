select item from unnest(:items::text[]) with ordinality as u(item, place) order by place
