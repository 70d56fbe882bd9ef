-- Writes what running jobs say of themselves.
-- $1 the notes, as JSON
-- Result: a row with a letter for each.
select :"schema".record_notes($1) as letters
