-- Waits until no other process migrates this schema; the lock ends with the transaction.
-- $1 64 bits that stand for the schema
select pg_advisory_xact_lock($1::bigint)
