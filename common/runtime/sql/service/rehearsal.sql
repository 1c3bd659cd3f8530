-- Ends the segment of a dry run: what the save found wrong came before, and nothing of it stays.
select from meta.end_rehearsal()
