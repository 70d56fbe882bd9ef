select waiting, oldest, refused from :"schema".outbox_status($1)
