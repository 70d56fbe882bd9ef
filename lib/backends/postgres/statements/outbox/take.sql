select held, wait, entries from :"schema".outbox_take($1, $2, $3, $4, $5)
