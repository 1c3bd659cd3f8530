-- Budgets by year; about the state, so every role with the route may see them.
create table budget (
	id text primary key,
	version bigint not null,
	year int not null,
	amount_cents bigint not null check (amount_cents >= 0),
	decided_on date, -- none when every decision was taken back
	decisions jsonb not null
);
