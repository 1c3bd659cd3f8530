-- Every listener statement begins with this: the offset moves by exactly one, or nothing happens.
with advanced as (
	update listener_offset
	set seq = :seq::bigint, epoch = :epoch
	where seq = :seq::bigint - 1 and epoch in ('', :epoch)
	returning seq
)
