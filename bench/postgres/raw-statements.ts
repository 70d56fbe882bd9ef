/** One table, one partial index for what is ready, the primary key. */
export const SCHEMA = `
create schema if not exists raw;
create table if not exists raw.job (
  id bigint generated always as identity primary key,
  state smallint not null default 0,
  priority smallint not null default 0,
  lease timestamptz,
  payload text not null
) with (fillfactor = 90);
create index if not exists job_ready on raw.job (priority desc, id) where state = 0`;

export const ENQUEUE = `
with added as (insert into raw.job (payload) select u from unnest($1::text[]) u returning 1)
select count(*), pg_notify('raw', '') from added`;

/** $1 how many, $2 ids that are done. */
export const CLAIM = `
with done as (delete from raw.job where id = any($2::bigint[]))
update raw.job set state = 1, lease = now() + interval '30 s'
where id = any(array(
  select id from raw.job where state = 0 order by priority desc, id limit $1 for no key update skip locked
)) returning id, payload`;
