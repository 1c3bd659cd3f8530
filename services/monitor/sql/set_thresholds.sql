-- From when on something holds a case up, as the settings have it.
insert into threshold (name, days)
values ('no_coach', :no_coach_days::int), ('no_activity', :no_activity_days::int),
	('review', :review_days::int), ('coach_changes', :coach_changes::int),
	('measure', :measure_days::int), ('dormant', :dormant_days::int)
on conflict (name) do update
set days = excluded.days
where threshold.days <> excluded.days
