-- How a job gets into the line: locks, places, limits of keys.
--
-- A plain job needs no lock: its place is the next of a sequence. What counts slots, tokens, room or fair shares of a queue does
-- so under the lock of that queue, until the end of the transaction.

create function :"schema".lock_queue(p_queue integer) returns void
language sql volatile as $$ select pg_advisory_xact_lock(':"schema".queue'::regclass::oid::integer, p_queue) $$;

create function :"schema".try_lock_queue(p_queue integer) returns boolean
language sql volatile as $$ select pg_try_advisory_xact_lock(':"schema".queue'::regclass::oid::integer, p_queue) $$;

-- Locks those of the queues on which a move of one job may let in another, in one order for all: before any row is locked, so that
-- nobody who holds a row waits for who waits for it.
create function :"schema".lock_moves(p_queues text[]) returns void
language plpgsql volatile as $$
begin
  perform :"schema".lock_queue(l.id) from (
    select id from :"schema".queue
    where name = any(p_queues)
      and (has_flows or key_concurrency is not null or key_rate is not null or key_overrides is not null)
    order by id
  ) l;
end $$;

-- The queue of that name, made when it is first named.
create function :"schema".queue_named(p_name text) returns :"schema".queue
language plpgsql volatile as $$
declare
  q :"schema".queue;
begin
  select * into q from :"schema".queue where name = p_name;
  if not found then
    insert into :"schema".queue (name) values (p_name) on conflict (name) do nothing;
    select * into q from :"schema".queue where name = p_name;
  end if;
  return q;
end $$;

-- The channel that those listen to who wait for work: its name says the schema, in bytes that fit.
create function :"schema".job_channel() returns text
language sql immutable as $$
  select 'tasks_' || left(encode(sha256(convert_to(trim(both '"' from ':"schema"'), 'UTF8') || '\x00'::bytea || 'jobs'::bytea), 'hex'), 40)
$$;

-- Wakes those who wait for work on the queue; the server sends one message a transaction, however often this is called.
create function :"schema".ring(q :"schema".queue) returns void
language plpgsql volatile as $$
begin
  if not q.paused then perform pg_notify(:"schema".job_channel(), q.name); end if;
end $$;

-- The same when something comes earlier than what the last claim may have named.
create function :"schema".ring_if_earlier(q :"schema".queue, p_moment bigint) returns void
language plpgsql volatile as $$
declare
  m :"schema".mark := :"schema".mark_of(q.id);
begin
  if not exists (select from :"schema".job where queue = q.id and state = 3 and moment >= coalesce(m.floors[22], 0) and moment < p_moment)
    and not exists (select from :"schema".job where queue = q.id and state = 5 and moment >= coalesce(m.floors[23], 0) and moment < p_moment)
    and not exists (select from :"schema".job where queue = q.id and state = 6 and moment >= coalesce(m.floors[24], 0) and moment < p_moment)
    and not exists (select from :"schema".timer where queue = q.id and moment >= 0 and moment < p_moment)
  then
    perform :"schema".ring(q);
  end if;
end $$;

-- The place of a job that enters the line: the next one, or by the turn of its key. A job's place is max(V, last of its key) + its
-- share (start-time fair queueing; Goyal, Vin and Cheng, 1996). V is the place that was served last and only grows: read off the head of the
-- line it would fall with whoever comes before it, and each newcomer would overtake those that wait.
create function :"schema".take_place(q :"schema".queue, p_priority smallint, p_key text, p_share integer) returns bigint
language plpgsql volatile as $$
declare
  v_has_flows boolean;
  v_served bigint;
  v_last bigint;
  v_floor bigint;
begin
  -- Who takes a place is seen to have done so from before it has it: see the marks.
  perform pg_current_xact_id();
  lock table :"schema".job in row exclusive mode;
  if p_key is null and not q.has_flows then return nextval(':"schema".job_place'); end if;
  perform :"schema".lock_queue(q.id);
  select has_flows into v_has_flows from :"schema".queue where id = q.id;
  if not v_has_flows then
    if p_key is null then return nextval(':"schema".job_place'); end if;
    -- Jobs without a key are one flow of their own from now on, which ends where it ends now.
    update :"schema".queue set has_flows = true where id = q.id;
    perform :"schema".clear_line_marks(q.id);
    for p in 0..20 loop
      select place into v_last from :"schema".job
        where queue = q.id and state = 0 and priority = p order by place desc limit 1;
      if found then
        insert into :"schema".flow values (q.id, p, '', v_last)
          on conflict (queue, priority, key) do update set last = excluded.last;
      end if;
    end loop;
    -- What was put back since flows ended, or may be yet, has kept its place: others of its key come behind it.
    insert into :"schema".flow
      select q.id, priority, key, max(place) from :"schema".job
        where queue = q.id and key is not null and state in (0, 5) group by priority, key
      on conflict (queue, priority, key) do update set last = excluded.last;
  end if;
  v_floor := coalesce((:"schema".mark_of(q.id)).floors[p_priority + 1], '-9223372036854775808'::bigint);
  select coalesce((select t.served from :"schema".turn t where t.queue = q.id and t.priority = p_priority), place - 64) into v_served
    from :"schema".job where queue = q.id and state = 0 and priority = p_priority and place >= v_floor order by place limit 1;
  if found then
    delete from :"schema".flow where queue = q.id and priority = p_priority and last < v_served;
  else
    select greatest(nextval(':"schema".job_place'), max(last)) into v_served from :"schema".flow
      where queue = q.id and priority = p_priority;
  end if;
  insert into :"schema".turn as t values (q.id, p_priority, v_served)
    on conflict (queue, priority) do update set served = excluded.served where t.served < excluded.served;
  insert into :"schema".flow as f values (q.id, p_priority, coalesce(p_key, ''), v_served + p_share)
    on conflict (queue, priority, key) do update set last = greatest(v_served, f.last) + p_share
    returning last into v_last;
  return v_last;
end $$;

-- Limits of one key: its own where it is declared with some, else those of all keys.
create function :"schema".limits_of(
  q :"schema".queue, p_key text, out concurrency integer, out rate jsonb
)
language plpgsql stable as $$
declare
  v_own jsonb := q.key_overrides -> p_key;
begin
  if v_own is not null then
    concurrency := (v_own ->> 0)::integer;
    rate := nullif(v_own -> 1, 'null');
  else
    concurrency := q.key_concurrency;
    rate := q.key_rate;
  end if;
end $$;

create function :"schema".has_key_limits(q :"schema".queue) returns boolean
language sql immutable as $$ select q.key_concurrency is not null or q.key_rate is not null or q.key_overrides is not null $$;

-- Whether a job of the key waits behind its limits.
create function :"schema".is_parked(p_queue integer, p_key text) returns boolean
language plpgsql volatile as $$
begin
  return exists (select from :"schema".job where queue = p_queue and key = p_key and state = 1);
end $$;

create function :"schema".has_slot(p_queue integer, p_key text, p_concurrency integer) returns boolean
language plpgsql volatile as $$
begin
  return p_concurrency is null or p_concurrency > (
    select count(*) from :"schema".job where queue = p_queue and key = p_key and state in (0, 2, 5)
  );
end $$;

-- How far a limiter's arrival time lies ahead of now.
create function :"schema".bucket_ahead(p_queue integer, p_key text, p_now bigint) returns double precision
language plpgsql volatile as $$
begin
  return coalesce(
    (select greatest(0, ahead - greatest(0, p_now - at)) from :"schema".job_bucket where queue = p_queue and key = p_key), 0
  );
end $$;

create function :"schema".tokens_in(p_limit double precision, p_per double precision, p_burst double precision, p_ahead double precision)
returns double precision
language sql immutable as $$
  select greatest(0, floor((p_per / p_limit * p_burst - p_ahead) / (p_per / p_limit) + 0.000001))
$$;

create function :"schema".refill_in(p_limit double precision, p_per double precision, p_burst double precision, p_ahead double precision)
returns double precision
language sql immutable as $$ select greatest(0, p_ahead + p_per / p_limit * (1 - p_burst)) $$;

create function :"schema".charge_bucket(p_queue integer, p_key text, p_ahead double precision, p_now bigint) returns void
language plpgsql volatile as $$
begin
  insert into :"schema".job_bucket values (p_queue, p_key, p_ahead, p_now)
    on conflict (queue, key) do update set ahead = excluded.ahead, at = excluded.at;
end $$;

-- Takes a token of a key, if it has a slot and a token.
create function :"schema".try_enter(q :"schema".queue, p_key text, p_concurrency integer, p_rate jsonb, p_now bigint) returns boolean
language plpgsql volatile as $$
declare
  v_limit double precision;
  v_per double precision;
  v_ahead double precision;
begin
  if not :"schema".has_slot(q.id, p_key, p_concurrency) then return false; end if;
  if p_rate is not null then
    v_limit := p_rate ->> 0;
    v_per := p_rate ->> 1;
    v_ahead := :"schema".bucket_ahead(q.id, 'k' || p_key, p_now);
    if :"schema".tokens_in(v_limit, v_per, (p_rate ->> 2)::double precision, v_ahead) < 1 then return false; end if;
    perform :"schema".charge_bucket(q.id, 'k' || p_key, v_ahead + v_per / v_limit, p_now);
  end if;
  return true;
end $$;

-- Sees to it that a key is looked at again at the moment at which its limiter changes something, or forgets it.
-- @param p_is_parked whether a job of it waits behind its limits
create function :"schema".plan_key(q :"schema".queue, p_key text, p_is_parked boolean, p_now bigint) returns void
language plpgsql volatile as $$
declare
  v_limits record;
  v_ahead double precision;
  v_moment bigint;
begin
  v_limits := :"schema".limits_of(q, p_key);
  if v_limits.rate is not null then
    v_ahead := :"schema".bucket_ahead(q.id, 'k' || p_key, p_now);
    if p_is_parked then
      if :"schema".has_slot(q.id, p_key, v_limits.concurrency) then
        v_moment := p_now + greatest(1, ceil(:"schema".refill_in(
          (v_limits.rate ->> 0)::double precision, (v_limits.rate ->> 1)::double precision,
          (v_limits.rate ->> 2)::double precision, v_ahead)));
      end if;
    elsif v_ahead = 0 then
      delete from :"schema".job_bucket where queue = q.id and key = 'k' || p_key;
    else
      v_moment := p_now + greatest(1, ceil(v_ahead));
    end if;
  end if;
  if v_moment is null then
    delete from :"schema".timer where queue = q.id and kind = 'k' and subject = p_key;
  else
    if p_is_parked then perform :"schema".ring_if_earlier(q, v_moment); end if;
    insert into :"schema".timer values (q.id, 'k', p_key, v_moment)
      on conflict (queue, kind, subject) do update set moment = excluded.moment;
  end if;
end $$;

-- Writes what a move has changed of a job that has not finished.
create function :"schema".save(j :"schema".job) returns void
language plpgsql volatile as $$
begin
  update :"schema".job set
    state = j.state, priority = j.priority, place = j.place, moment = j.moment, attempt = j.attempt, stalls = j.stalls,
    fence = j.fence, ready_at = j.ready_at, started_at = j.started_at, worker = j.worker, name = j.name, codec = j.codec,
    version = j.version, max_retries = j.max_retries, max_stalled = j.max_stalled, timeout = j.timeout, headers = j.headers,
    payload = j.payload, payload_raw = j.payload_raw, forward_at = j.forward_at, broken = j.broken, due_at = j.due_at,
    cancel_reason = j.cancel_reason, awaits = j.awaits, signals = j.signals, unused = j.unused, checkpoint = j.checkpoint,
    checkpoint_raw = j.checkpoint_raw, progress = j.progress, error = j.error, failures = j.failures, replays = j.replays
  where queue = j.queue and id = j.id;
end $$;

-- Makes a job ready that is let in: at the back of its priority, by its key's turn.
create function :"schema".enter_line(q :"schema".queue, inout j :"schema".job, p_at bigint)
language plpgsql volatile as $$
begin
  j.place := :"schema".take_place(q, j.priority, j.key, coalesce(j.share, 64));
  j.state := case when j.external then 2 else 0 end;
  j.moment := null;
  j.ready_at := nullif(p_at, j.created_at);
  j.forward_at := case when j.external then p_at end;
  perform :"schema".ring(q);
end $$;

-- Makes a job ready that lacks nothing else, or parks it behind the limits of its key. Nothing is written of it yet.
create function :"schema".admit(q :"schema".queue, inout j :"schema".job, p_at bigint, p_now bigint)
language plpgsql volatile as $$
declare
  v_limits record;
  v_is_first boolean;
begin
  if (j.key is not null or q.has_flows) and :"schema".is_within() then
    j := :"schema".defer(q, j, 3, p_now);
    return;
  end if;
  if j.key is not null and :"schema".has_key_limits(q) then
    perform :"schema".lock_queue(q.id);
    v_limits := :"schema".limits_of(q, j.key);
    v_is_first := not :"schema".is_parked(q.id, j.key);
    if not v_is_first or not :"schema".try_enter(q, j.key, v_limits.concurrency, v_limits.rate, p_now) then
      j.state := 1;
      j.place := nextval(':"schema".job_place');
      j.moment := null;
      if v_is_first then perform :"schema".plan_key(q, j.key, true, p_now); end if;
      return;
    end if;
  end if;
  j := :"schema".enter_line(q, j, p_at);
end $$;

-- Lets in who waits behind the limits of a key, as far as they allow.
create function :"schema".let_in(q :"schema".queue, p_key text, p_now bigint) returns void
language plpgsql volatile as $$
declare
  v_limits record;
  p :"schema".job;
begin
  if :"schema".is_within() then
    perform :"schema".let_in_later(q, p_key, p_now);
    return;
  end if;
  perform :"schema".lock_queue(q.id);
  v_limits := :"schema".limits_of(q, p_key);
  loop
    select * into p from :"schema".job
      where queue = q.id and key = p_key and state = 1 order by priority desc, place limit 1 for update;
    exit when not found or not :"schema".try_enter(q, p_key, v_limits.concurrency, v_limits.rate, p_now);
    p := :"schema".enter_line(q, p, p_now);
    perform :"schema".save(p);
  end loop;
  perform :"schema".plan_key(q, p_key, :"schema".is_parked(q.id, p_key), p_now);
end $$;

-- A job that is written as neither ready nor running any more has left the slot of its key.
create function :"schema".free_slot(q :"schema".queue, p_key text, p_now bigint) returns void
language plpgsql volatile as $$
begin
  if p_key is not null and :"schema".has_key_limits(q) then perform :"schema".let_in(q, p_key, p_now); end if;
end $$;

-- Takes a job that is neither running nor finished out of where it waits. It is nowhere then, as far as others see.
create function :"schema".withdraw(q :"schema".queue, inout j :"schema".job, p_now bigint)
language plpgsql volatile as $$
declare
  v_state smallint := j.state;
begin
  j.state := -1;
  j.moment := null;
  j.forward_at := null;
  if v_state = 4 then delete from :"schema".timer where queue = j.queue and kind = 'w' and subject = j.id; end if;
  if j.key is null or not :"schema".has_key_limits(q) then return; end if;
  perform :"schema".save(j);
  if v_state in (0, 2) or v_state = 1 and :"schema".is_within() then
    perform :"schema".let_in(q, j.key, p_now);
  elsif v_state = 1 then
    perform :"schema".lock_queue(q.id);
    perform :"schema".plan_key(q, j.key, :"schema".is_parked(q.id, j.key), p_now);
  end if;
end $$;

-- Lets a job wait until a moment, as scheduled or retrying. Nothing is written of it yet.
create function :"schema".defer(q :"schema".queue, inout j :"schema".job, p_state integer, p_moment bigint)
language plpgsql volatile as $$
begin
  perform :"schema".lower_mark(q.id, :"schema".lane_of(p_state), p_moment);
  perform :"schema".ring_if_earlier(q, p_moment);
  j.state := p_state;
  j.moment := p_moment;
  j.place := nextval(':"schema".job_place');
end $$;
