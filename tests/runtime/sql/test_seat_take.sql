-- Its constraint is deferred: the second guest is refused at the commit.
insert into seat (guest, place) values (:guest::int, :place::int)
