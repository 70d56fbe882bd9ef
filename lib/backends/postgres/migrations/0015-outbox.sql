-- Jobs for other brokers, written in transactions of the application and relayed after the commit.
--
-- There is no cursor: what was relayed is deleted, and each look takes what is committed by then, in the order of the ids. So a row that
-- commits late, behind rows with higher ids, is found by the next look, and no transaction that stays open holds up the rows of others.
create table :"schema".outbox (
  id bigint generated always as identity (cache 1) primary key,
  -- Name of the backend that it is for, in the options of the applications that share this schema.
  backend text collate "C" not null,
  queue text collate "C" not null,
  -- As the client writes it, in JSON.
  job text not null,
  created_at bigint not null,
  -- Why the broker would never take it; it is kept for somebody to look at.
  refused text
) with (
  autovacuum_vacuum_scale_factor = 0.01, autovacuum_vacuum_threshold = 1000, autovacuum_vacuum_insert_scale_factor = 0.2,
  autovacuum_vacuum_cost_delay = 0
);
create index outbox_waiting on :"schema".outbox (backend, id) where refused is null;
create index outbox_refused on :"schema".outbox (backend, id) where refused is not null;

-- Who relays for a backend: one at a time, so that nothing is overtaken.
create table :"schema".outbox_relay (
  backend text collate "C" primary key,
  owner text collate "C" not null,
  until_ms bigint not null
) with (fillfactor = 50);

-- Adds jobs in their order, in the transaction of whoever calls; its commit wakes who relays.
create function :"schema".outbox_add(p_channel text, p_backend text, p_queues text[], p_jobs text[]) returns integer
language plpgsql volatile as $$
begin
  insert into :"schema".outbox (backend, queue, job, created_at)
    select p_backend, u.queue, u.job, :"schema".now_ms()
    from unnest(p_queues, p_jobs) with ordinality u (queue, job, n) order by u.n;
  perform pg_notify(p_channel, '');
  return cardinality(p_jobs);
end $$;

-- Makes the caller the one who relays for a backend, or goes on with it, and gives the next jobs.
-- @param p_without queues that are left out: their broker takes nothing more for now
-- @return held: whether it is the caller; wait: else how long another is, in ms; entries: [id, job, ms since it was added]
create function :"schema".outbox_take(
  p_backend text, p_owner text, p_lease double precision, p_limit integer, p_without text[], out held boolean,
  out wait double precision, out entries jsonb
)
language plpgsql volatile
set enable_seqscan = off set enable_bitmapscan = off set jit = off
as $$
declare
  v_now bigint := :"schema".now_ms();
begin
  insert into :"schema".outbox_relay as r values (p_backend, p_owner, v_now + ceil(p_lease)::bigint)
    on conflict (backend) do update set owner = excluded.owner, until_ms = excluded.until_ms
    where r.owner = p_owner or r.until_ms <= v_now;
  held := found;
  if held then
    select coalesce(jsonb_agg(jsonb_build_array(o.id::text, o.job, greatest(0, v_now - o.created_at)) order by o.id), '[]')
      into entries from (
        select id, job, created_at from :"schema".outbox
        where backend = p_backend and refused is null and queue <> all(p_without) order by id limit p_limit
      ) o;
  else
    select greatest(0, until_ms - v_now) into wait from :"schema".outbox_relay where backend = p_backend;
  end if;
end $$;

-- Drops what was relayed, and notes why some never will be.
create function :"schema".outbox_settle(p_relayed bigint[], p_refused bigint[], p_reasons text[]) returns integer
language plpgsql volatile
set enable_seqscan = off set jit = off
as $$
declare
  v_count integer;
begin
  delete from :"schema".outbox where id = any(p_relayed);
  get diagnostics v_count = row_count;
  update :"schema".outbox o set refused = u.reason from unnest(p_refused, p_reasons) u (id, reason) where o.id = u.id;
  return v_count;
end $$;

-- Lets another relay at once.
create function :"schema".outbox_release(p_channel text, p_backend text, p_owner text) returns boolean
language plpgsql volatile as $$
begin
  delete from :"schema".outbox_relay where backend = p_backend and owner = p_owner;
  if not found then return false; end if;
  perform pg_notify(p_channel, 'free');
  return true;
end $$;

create function :"schema".outbox_status(
  p_backend text, out waiting bigint, out oldest double precision, out refused bigint
)
language plpgsql volatile as $$
begin
  select count(*), :"schema".now_ms() - min(o.created_at) into waiting, oldest
    from :"schema".outbox o where o.backend = p_backend and o.refused is null;
  select count(*) into refused from :"schema".outbox o where o.backend = p_backend and o.refused is not null;
end $$;

-- Tries again what was refused. @return how many
create function :"schema".outbox_retry(p_channel text, p_backend text) returns integer
language plpgsql volatile as $$
declare
  v_count integer;
begin
  update :"schema".outbox set refused = null where backend = p_backend and refused is not null;
  get diagnostics v_count = row_count;
  perform pg_notify(p_channel, '');
  return v_count;
end $$;
