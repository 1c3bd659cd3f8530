-- Police crime statistics. One row per municipality is what commands are about; figures lie apart,
-- by their natural key.
create table crime_record (
	id text primary key, -- AGS8
	version bigint not null,
	municipality jsonb not null,
	participants text[] not null
);
alter table crime_record enable row level security;
alter table crime_record force row level security;
create policy scope on crime_record using (meta.in_scope(participants));

-- The official size classes, as the code list size_classes calls them.
create function size_class(inhabitants int) returns text language sql immutable parallel safe
as $$
	select (array['under_2000', 'from_2000', 'from_5000', 'from_10000', 'from_20000', 'from_50000',
		'from_100000'])[
		width_bucket(inhabitants, array[2000, 5000, 10000, 20000, 50000, 100000]) + 1]
$$;

create table crime_figure (
	participant text not null, -- AGS8
	year int not null,
	offence text not null,
	district text not null,
	participants text[] not null,
	cases int not null,
	cleared int not null,
	population int not null,
	population_on date not null,
	size_class text not null generated always as (size_class(population)) stored,
	fact_id uuid not null,
	withdrawn boolean not null,
	primary key (participant, year, offence)
);
create index crime_figure_offence on crime_figure (offence, year);
alter table crime_figure enable row level security;
alter table crime_figure force row level security;
create policy scope on crime_figure using (meta.in_scope(participants));

-- The cases of an area added up. Sums are for everybody who may ask at all, the figures behind them
-- by scope: so this function alone looks with a scope of its own, and gives the caller's back before
-- it answers (an error ends the transaction, and the scope with it). The rule tells no sum of fewer
-- than three municipalities.
create function crime_totals(of_offence text, of_year int, of_kind text, of_key text, of_land text)
returns table (municipalities int, cases int, cleared int, population int)
language plpgsql stable
as $$
declare
	callers text := coalesce(current_setting('asskomm.scope', true), '');
begin
	perform set_config('asskomm.scope', '*', true);
	return query
		select count(*)::int, coalesce(sum(f.cases), 0)::int, coalesce(sum(f.cleared), 0)::int,
			coalesce(sum(f.population), 0)::int
		from crime_figure f
		where f.offence = of_offence and f.year = of_year and not f.withdrawn
			and starts_with(f.participant, of_land)
			and (of_kind = 'LAND' or of_kind = 'DISTRICT' and f.district = of_key
				or of_kind = 'SIZE_CLASS' and f.size_class = of_key);
	perform set_config('asskomm.scope', callers, true);
end
$$;

-- In tenths per 100,000 inhabitants, rounded half up.
create function incidence_tenths(cases bigint, inhabitants bigint) returns int
language sql immutable parallel safe
as $$ select ((2 * cases * 1000000 + inhabitants) / (2 * inhabitants))::int $$;
