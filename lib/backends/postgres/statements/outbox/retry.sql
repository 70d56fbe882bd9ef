select :"schema".outbox_retry($1, $2) as retried
