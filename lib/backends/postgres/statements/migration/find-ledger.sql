-- Whether the schema and the table of its history are there.
-- $1 name of the schema
-- Result: one row.
-- Invariant: reads the catalogues. to_regclass and the like may answer from a cache that is older than the lock one has waited for.
select
  exists (select from pg_catalog.pg_namespace where nspname = $1) as has_schema,
  exists (
    select from pg_catalog.pg_class as relation
    join pg_catalog.pg_namespace as namespace on namespace.oid = relation.relnamespace
    where namespace.nspname = $1 and relation.relname = 'migration'
  ) as has_ledger
