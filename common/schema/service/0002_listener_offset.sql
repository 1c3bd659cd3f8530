-- In each service's schema: how far it has handled the ledger.
create table listener_offset (
	only_one boolean primary key default true check (only_one),
	seq bigint not null,
	epoch text not null
);
insert into listener_offset (seq, epoch) values (0, '');
