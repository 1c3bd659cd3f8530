-- What the participant of a council to be means.
select 0 as version, resolve(:participant) as resolved
