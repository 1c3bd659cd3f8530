-- How far this service has handled the ledger.
select seq, epoch from listener_offset
