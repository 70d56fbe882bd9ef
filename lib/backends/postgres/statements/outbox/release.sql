select :"schema".outbox_release($1, $2, $3) as released
