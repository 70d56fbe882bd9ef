-- Puts dead letters back in line.
-- $1 queues and $2 ids, in pairs, $3 delay in ms, $4 whether there is another payload, $5 and $6 that payload as text or base64
-- Result: a row with a letter for each.
select :"schema".retry_dead($1, $2, $3, $4, $5, $6) as letters
