select :"schema".outbox_add($1, $2, $3, $4) as added
