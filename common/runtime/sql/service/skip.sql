-- A fact that means nothing to this service: only the offset moves.
-- include common/runtime/sql/advance.sql
select seq from advanced
