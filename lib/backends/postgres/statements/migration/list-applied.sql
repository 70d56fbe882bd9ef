-- The history of the schema.
-- Result: a row for each migration that was carried out, in their order.
select version, name, checksum from :"schema".migration order by version
