select :"schema".outbox_settle($1, $2, $3) as dropped
