-- Notes a migration, in the transaction that carries it out: there is a row exactly when it has happened.
-- $1 version, $2 name, $3 checksum of its file
insert into :"schema".migration (version, name, checksum) values ($1, $2, $3)
