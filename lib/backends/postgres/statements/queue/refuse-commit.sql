-- Fails, so that nothing of the caller's transaction can be committed.
-- Result: none.
select :"schema".refuse_commit() as refused
