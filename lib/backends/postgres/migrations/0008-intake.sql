-- How jobs enter a queue.

-- A job as a client gives it.
create type :"schema".given_job as (
  queue text,
  id text,
  name text,
  codec text,
  version integer,
  priority smallint,
  max_retries integer,
  max_stalled integer,
  timeout double precision,
  headers text,
  payload text,
  payload_raw text,
  delay double precision,
  due_at double precision,
  repeat boolean,
  key text,
  share integer,
  external boolean,
  idempotency_key text,
  idempotency_ttl double precision,
  unique_key text,
  unique_mode text,
  unique_window double precision,
  max_wait double precision,
  policy text,
  parent_queues text[],
  parent_ids text[]
);

-- Adds plain jobs to one queue: new ids, nothing but what every job has, and a delay. One statement, whatever their number.
--
-- `added`: how many; nothing when the queue is not plain, and nothing was done. `existing`: ids that were there already.
create function :"schema".enqueue_plain(
  p_queue text, p_id text[], p_name text[], p_codec text[], p_version integer[], p_priority smallint[], p_max_retries integer[],
  p_max_stalled integer[], p_timeout double precision[], p_headers text[], p_payload text[], p_payload_raw bytea[],
  p_delay double precision[], p_due_at double precision[],
  out added integer, out existing text[]
)
language plpgsql volatile
set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off set enable_bitmapscan = off set jit = off
set plan_cache_mode = force_generic_plan
as $$
declare
  q :"schema".queue;
  v_now bigint;
  v_first bigint;
  v_due bigint;
  v_is_ready boolean;
begin
  -- Who takes places and moments is seen to have done so from before it has them: see the marks.
  perform pg_current_xact_id();
  v_now := :"schema".now_ms();
  select * into q from :"schema".queue where name = p_queue;
  if not found or q.has_flows or q.max_size is not null then return; end if;
  v_first := nextval(':"schema".job_place');
  insert into :"schema".job (
    queue, id, name, codec, version, priority, max_retries, max_stalled, timeout, headers, payload, payload_raw, state, moment,
    created_at, place
  )
  select q.id, i.id, i.name, i.codec, i.version, i.priority, i.max_retries, i.max_stalled, i.timeout, i.headers, i.payload,
    i.payload_raw, case when i.due > v_now then 3 else 0 end, case when i.due > v_now then i.due end, v_now,
    nextval(':"schema".job_place')
  from (
    select *, round(coalesce(u.due_at, v_now + u.delay))::bigint as due
    from unnest(
      p_id, p_name, p_codec, p_version, p_priority, p_max_retries, p_max_stalled, p_timeout, p_headers, p_payload, p_payload_raw,
      p_delay, p_due_at
    ) with ordinality as u (
      id, name, codec, version, priority, max_retries, max_stalled, timeout, headers, payload, payload_raw, delay, due_at, n
    )
  ) i
  order by i.n
  on conflict (id, queue) do nothing;
  get diagnostics added = row_count;
  if added < cardinality(p_id) then
    select array_agg(id) into existing from :"schema".job
      where queue = q.id and id = any(p_id)
        and not (place > v_first and created_at = v_now);
  end if;
  if cardinality(array_remove(p_delay, null)) + cardinality(array_remove(p_due_at, null)) = 0 then
    perform :"schema".ring(q);
    return;
  end if;
  select min(i.due) filter (where i.due > v_now), coalesce(bool_or(coalesce(i.due, 0) <= v_now), false) into v_due, v_is_ready
  from (select round(coalesce(u.due_at, v_now + u.delay))::bigint as due from unnest(p_delay, p_due_at) u (delay, due_at)) i;
  -- Also where others of the batch are ready: the clock may have been set back, and the mark lie ahead of it.
  if v_due is not null then perform :"schema".lower_mark(q.id, 22, v_due); end if;
  -- An earlier moment than any that was there, or something to run now.
  if v_is_ready then
    perform :"schema".ring(q);
  elsif v_due is not null then
    perform :"schema".ring_if_earlier(q, v_due);
  end if;
end $$;

-- The same of jobs that differ in nothing but their ids and payloads, and are due at once: most batches are calls of one task. As a column
-- each, what they have in common took as long to be read as the jobs to be written.
create function :"schema".enqueue_alike(
  p_queue text, p_name text, p_codec text, p_version integer, p_priority smallint, p_max_retries integer, p_max_stalled integer,
  p_timeout double precision, p_id text[], p_payload text[], out added integer, out existing text[]
)
language plpgsql volatile
set plan_cache_mode = force_generic_plan
as $$
declare
  q :"schema".queue;
  v_now bigint;
  v_size integer[] := array[cardinality(p_id)];
begin
  perform pg_current_xact_id();
  v_now := :"schema".now_ms();
  select * into q from :"schema".queue where name = p_queue;
  if not found or q.has_flows or q.max_size is not null then return; end if;
  begin
    -- In the order of the arrays, as they are read from the front; to ask for it would sort all payloads. To ask of each row whether it
    -- is there already costs a search and a record in the log, a fifth of the whole: it is asked when one was.
    insert into :"schema".job (
      queue, id, name, codec, version, priority, max_retries, max_stalled, timeout, payload, state, created_at, place
    )
    select q.id, u.id, p_name, p_codec, p_version, p_priority, p_max_retries, p_max_stalled, p_timeout, u.payload, 0, v_now,
      nextval(':"schema".job_place')
    from unnest(p_id, p_payload) u (id, payload);
    get diagnostics added = row_count;
  exception when unique_violation then
    select e.added, e.existing into added, existing from :"schema".enqueue_plain(
      p_queue, p_id, array_fill(p_name, v_size), array_fill(p_codec, v_size), array_fill(p_version, v_size),
      array_fill(p_priority, v_size), array_fill(p_max_retries, v_size), array_fill(p_max_stalled, v_size),
      array_fill(p_timeout, v_size), array_fill(null::text, v_size), p_payload, array_fill(null::bytea, v_size),
      array_fill(null::double precision, v_size), array_fill(null::double precision, v_size)
    ) e;
    return;
  end;
  perform :"schema".ring(q);
end $$;

-- The same of a single job. As arrays its columns would take four times as long to be read as the job to be written. Mostly it is due at
-- once, and then all is one statement: asking for the queue and ringing by statements of their own took a quarter of the server's time.
-- @return whether it was added, or else was there already; nothing when the queue is not plain, and nothing was done
create function :"schema".enqueue_one(
  p_queue text, p_id text, p_name text, p_codec text, p_version integer, p_priority smallint, p_max_retries integer,
  p_max_stalled integer, p_timeout double precision, p_headers text, p_payload text, p_payload_raw bytea, p_delay double precision,
  p_due_at double precision
) returns boolean
language plpgsql volatile
as $$
declare
  q :"schema".queue;
  v_now bigint;
  v_due bigint;
  v_is_added boolean;
begin
  if p_delay is null and p_due_at is null then
    -- The inner select is carried out first, so this transaction is seen before it has a moment and a place.
    insert into :"schema".job (
      queue, id, name, codec, version, priority, max_retries, max_stalled, timeout, headers, payload, payload_raw, state, created_at,
      place
    )
    select k.id, p_id, p_name, p_codec, p_version, p_priority, p_max_retries, p_max_stalled, p_timeout, p_headers, p_payload,
      p_payload_raw, 0, :"schema".now_ms(), nextval(':"schema".job_place')
    from (
      select id, pg_current_xact_id(), case when not paused then pg_notify(:"schema".job_channel(), name) end
      from :"schema".queue where name = p_queue and not has_flows and max_size is null
      offset 0
    ) k
    on conflict (id, queue) do nothing;
    if found then return true; end if;
  end if;
  -- Whether it was there already or the queue is not plain, that does not say, and another look might see what has changed meanwhile.
  perform pg_current_xact_id();
  v_now := :"schema".now_ms();
  select * into q from :"schema".queue where name = p_queue;
  if not found or q.has_flows or q.max_size is not null then return null; end if;
  v_due := round(coalesce(p_due_at, v_now + p_delay))::bigint;
  if v_due <= v_now then v_due := null; end if;
  insert into :"schema".job (
    queue, id, name, codec, version, priority, max_retries, max_stalled, timeout, headers, payload, payload_raw, state, moment,
    created_at, place
  ) values (
    q.id, p_id, p_name, p_codec, p_version, p_priority, p_max_retries, p_max_stalled, p_timeout, p_headers, p_payload, p_payload_raw,
    case when v_due is null then 0 else 3 end, v_due, v_now, nextval(':"schema".job_place')
  ) on conflict (id, queue) do nothing;
  v_is_added := found;
  if v_due is null then
    perform :"schema".ring(q);
  else
    perform :"schema".lower_mark(q.id, 22, v_due);
    perform :"schema".ring_if_earlier(q, v_due);
  end if;
  return v_is_added;
end $$;

-- The id of the job that has a key; nothing when its time is over.
create function :"schema".holder_of(p_queue integer, p_kind "char", p_key text, p_now bigint) returns text
language plpgsql volatile as $$
begin
  return (
    select id from :"schema".held_key
    where queue = p_queue and kind = p_kind and key = p_key and (until_ms is null or until_ms > p_now)
  );
end $$;

-- The job that a call means, by its id or its idempotency key.
create function :"schema".existing_id(q :"schema".queue, g :"schema".given_job, p_now bigint) returns text
language plpgsql volatile as $$
begin
  if exists (select from :"schema".job where queue = q.id and id = g.id)
    or exists (select from :"schema".finished where queue = q.id and id = g.id)
    or g.repeat and exists (
      select from :"schema".tombstone where queue = q.id and id = g.id and at > p_now - 3600000
    )
  then
    return g.id;
  end if;
  if g.idempotency_key is null then return null; end if;
  return :"schema".holder_of(q.id, 'i', g.idempotency_key, p_now);
end $$;

create function :"schema".due_moment(g :"schema".given_job, p_first_at bigint, p_now bigint) returns bigint
language sql immutable as $$
  select round(case
    when g.unique_mode = 'debounce' then least(p_now + g.unique_window, p_first_at + g.max_wait)
    else coalesce(g.due_at, p_now + g.delay, p_now)
  end)::bigint
$$;

-- Gives a job that waits the payload, priority and delay of a later call. It keeps its id, and its place where neither priority
-- nor moment changes.
create function :"schema".replace_job(q :"schema".queue, j :"schema".job, g :"schema".given_job, p_now bigint) returns void
language plpgsql volatile as $$
declare
  v_due bigint := :"schema".due_moment(g, j.created_at, p_now);
  v_is_same boolean := j.state in (0, 1, 2) and j.priority = g.priority and v_due <= p_now;
begin
  j.name := g.name;
  j.codec := g.codec;
  j.version := g.version;
  j.max_retries := g.max_retries;
  j.max_stalled := g.max_stalled;
  j.timeout := g.timeout;
  j.headers := g.headers;
  j.payload := g.payload;
  j.payload_raw := decode(g.payload_raw, 'base64');
  if j.state = 4 then
    j.priority := g.priority;
    j.due_at := v_due;
  elsif not v_is_same then
    j := :"schema".withdraw(q, j, p_now);
    j.priority := g.priority;
    if v_due > p_now then j := :"schema".defer(q, j, 3, v_due); else j := :"schema".admit(q, j, p_now, p_now); end if;
  end if;
  perform :"schema".save(j);
end $$;

-- @return the verdict of a call whose unique key is taken, or nothing when it makes a new job
create function :"schema".apply_uniqueness(q :"schema".queue, g :"schema".given_job, p_now bigint) returns text
language plpgsql volatile as $$
declare
  v_holder text;
  j :"schema".job;
begin
  if g.unique_mode = 'throttle' then return 'e' || :"schema".holder_of(q.id, 't', g.unique_key, p_now); end if;
  v_holder := :"schema".holder_of(q.id, 'u', g.unique_key, p_now);
  if v_holder is null then return null; end if;
  select * into j from :"schema".job where queue = q.id and id = v_holder for update;
  if not found then return null; end if;
  if g.unique_mode = 'keep-first' then return 'e' || v_holder; end if;
  -- What runs works on what it was given, so a later call must make a job of its own or be lost.
  if j.state = 5 then return null; end if;
  perform :"schema".replace_job(q, j, g, p_now);
  return 'p' || v_holder;
end $$;

create function :"schema".hold_keys(q :"schema".queue, j :"schema".job, g :"schema".given_job, p_now bigint) returns void
language plpgsql volatile as $$
begin
  if j.idempotency_key is not null then
    insert into :"schema".held_key values (q.id, 'i', j.idempotency_key, j.id, j.idempotency_until)
      on conflict (queue, kind, key) do update set id = excluded.id, until_ms = excluded.until_ms;
  end if;
  if j.unique_mode = 'throttle' then
    insert into :"schema".held_key values (q.id, 't', j.unique_key, j.id, p_now + round(g.unique_window)::bigint)
      on conflict (queue, kind, key) do update set id = excluded.id, until_ms = excluded.until_ms;
  elsif j.unique_key is not null then
    insert into :"schema".held_key values (q.id, 'u', j.unique_key, j.id, null)
      on conflict (queue, kind, key) do update set id = excluded.id, until_ms = null;
  end if;
end $$;

-- Enters a job with those that it depends on. @return the place of the first that nobody knows, or nothing
create function :"schema".link_parents(
  q :"schema".queue, g :"schema".given_job, p_now bigint, out unknown_at integer, out has_unmet boolean, out has_failed boolean
)
language plpgsql volatile as $$
declare
  v_parent integer;
  v_standing smallint;
  v_noted smallint;
begin
  has_unmet := false;
  has_failed := false;
  for n in 1..cardinality(g.parent_ids) loop
    v_noted := null;
    select id into v_parent from :"schema".queue where name = g.parent_queues[n];
    -- Whoever ends it waits until this job is entered with it.
    perform from :"schema".job where queue = v_parent and id = g.parent_ids[n] for key share;
    if found then
      v_standing := 0;
    else
      select state into v_standing from :"schema".finished where queue = v_parent and id = g.parent_ids[n] for key share;
      if not found then
        select state into v_standing from :"schema".tombstone
          where queue = v_parent and id = g.parent_ids[n] and at > p_now - 3600000;
        v_noted := v_standing;
      end if;
    end if;
    if v_standing is null then
      unknown_at := n;
      return;
    end if;
    has_unmet := has_unmet or v_standing = 0;
    has_failed := has_failed or v_standing in (8, 9);
    insert into :"schema".dependency (queue, id, n, parent_queue, parent_id, unmet, noted)
      values (q.id, g.id, n, v_parent, g.parent_ids[n], v_standing = 0, v_noted);
  end loop;
end $$;

-- How many count against `maxSize`: neither running nor finished.
create function :"schema".queued_on(p_queue integer) returns bigint
language plpgsql volatile as $$
begin
  return (select count(*) from :"schema".job where queue = p_queue and state = 0)
    + (select count(*) from :"schema".job where queue = p_queue and state in (3, 4, 6))
    + (select count(*) from :"schema".job where queue = p_queue and state = 1)
    + (select count(*) from :"schema".job where queue = p_queue and state = 2);
end $$;

-- Adds one job, or says why not; everything that it depends on is there by then.
-- @param p_room how many more the queue takes; nothing: any number
-- @return `c` created, `x` created and cancelled at once, `e` and the id of an existing one, `p` and the id of a replaced one,
-- `u` and the id of a parent that nobody knows, `q` when the queue is full
create function :"schema".add_job(g :"schema".given_job, p_room bigint, p_now bigint) returns text
language plpgsql volatile as $$
declare
  q :"schema".queue := :"schema".queue_named(g.queue);
  v_existing text := :"schema".existing_id(q, g, p_now);
  v_verdict text;
  v_unknown_at integer;
  v_has_unmet boolean := false;
  v_has_failed boolean := false;
  v_due bigint;
  j :"schema".job;
begin
  if v_existing is not null then return 'e' || v_existing; end if;
  if g.unique_key is not null then
    v_verdict := :"schema".apply_uniqueness(q, g, p_now);
    if v_verdict is not null then return v_verdict; end if;
  end if;
  if g.policy is not null then
    select * into v_unknown_at, v_has_unmet, v_has_failed from :"schema".link_parents(q, g, p_now);
    if v_unknown_at is not null then
      delete from :"schema".dependency where queue = q.id and id = g.id;
      return 'u' || g.parent_ids[v_unknown_at];
    end if;
  end if;
  if p_room < 1 then
    delete from :"schema".dependency where queue = q.id and id = g.id;
    return 'q';
  end if;
  v_due := :"schema".due_moment(g, p_now, p_now);
  j.queue := q.id;
  j.id := g.id;
  j.state := -1;
  j.priority := g.priority;
  j.place := 0;
  j.attempt := 0;
  j.stalls := 0;
  j.fence := 0;
  j.created_at := p_now;
  j.name := g.name;
  j.codec := g.codec;
  j.version := g.version;
  j.max_retries := g.max_retries;
  j.max_stalled := g.max_stalled;
  j.timeout := g.timeout;
  j.headers := g.headers;
  j.payload := g.payload;
  j.payload_raw := decode(g.payload_raw, 'base64');
  j.key := g.key;
  j.share := g.share;
  j.external := g.external;
  j.idempotency_key := g.idempotency_key;
  j.idempotency_until := p_now + round(g.idempotency_ttl)::bigint;
  j.unique_key := g.unique_key;
  j.unique_mode := g.unique_mode;
  j.policy := g.policy;
  j.due_at := case when g.policy is not null then v_due end;
  j.replays := 0;
  perform :"schema".hold_keys(q, j, g, p_now);
  if v_has_failed and g.policy = 'fail' then
    insert into :"schema".job values (j.*);
    perform :"schema".break_off(q, j, p_now);
    return 'x';
  elsif v_has_unmet then
    j.state := 4;
    j.moment := p_now;
  elsif v_due > p_now then
    j := :"schema".defer(q, j, 3, v_due);
  else
    j := :"schema".admit(q, j, p_now, p_now);
    -- Who enqueues an external job publishes it.
    if j.state = 2 then j.forward_at := p_now + 30000; end if;
  end if;
  insert into :"schema".job values (j.*);
  return 'c';
end $$;

-- Adds jobs of whatever kind, in order, on one or several queues. @return a verdict for each, as `add_job` has it
create function :"schema".enqueue_jobs(p_jobs jsonb) returns text[]
language plpgsql volatile
set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off set enable_bitmapscan = off set jit = off
set plan_cache_mode = force_generic_plan
as $$
declare
  v_now bigint := :"schema".now_ms();
  v_verdicts text[] := '{}';
  v_verdict text;
  v_room jsonb := '{}';
  v_queues text[] := '{}';
  g :"schema".given_job;
  q :"schema".queue;
  n record;
begin
  -- Queues that are new are made in the order of their names, and locked in that of their numbers, as everywhere.
  perform :"schema".queue_named(u.queue) from (
    select distinct j.queue from jsonb_populate_recordset(null:::"schema".given_job, p_jobs) j order by j.queue
  ) u;
  perform :"schema".lock_keys(p_jobs);
  for n in
    select k.id, u.queue, u.is_locked from (
      select j.queue, bool_or(j.key is not null or j.unique_key is not null or j.idempotency_key is not null) as is_locked
      from jsonb_populate_recordset(null:::"schema".given_job, p_jobs) j group by j.queue
    ) u join :"schema".queue k on k.name = u.queue order by 1
  loop
    select * into q from :"schema".queue where id = n.id;
    v_queues := v_queues || n.queue;
    if :"schema".is_within() then continue; end if;
    if n.is_locked or q.max_size is not null or q.has_flows then perform :"schema".lock_queue(q.id); end if;
  end loop;
  for q in select * from :"schema".queue where name = any(v_queues) order by id loop
    if not :"schema".is_within() then perform :"schema".sweep(q, v_now); end if;
    if q.max_size is not null then
      v_room := v_room || jsonb_build_object(q.name, q.max_size - :"schema".queued_on(q.id));
    end if;
  end loop;
  for g in select * from jsonb_populate_recordset(null:::"schema".given_job, p_jobs) loop
    v_verdict := :"schema".add_job(g, (v_room ->> g.queue)::bigint, v_now);
    v_verdicts := v_verdicts || v_verdict;
    if v_verdict = 'c' and v_room ? g.queue then
      v_room := v_room || jsonb_build_object(g.queue, (v_room ->> g.queue)::bigint - 1);
    end if;
  end loop;
  return v_verdicts;
end $$;

-- The same, all or nothing: `b` for those that are refused with another.
create function :"schema".enqueue_whole(p_jobs jsonb) returns text[]
language plpgsql volatile as $$
declare
  v_verdicts text[];
begin
  begin
    v_verdicts := :"schema".enqueue_jobs(p_jobs);
    if exists (select from unnest(v_verdicts) v where left(v, 1) in ('u', 'q')) then
      raise exception using errcode = 'TQ001', message = 'a job of the batch is refused';
    end if;
  exception when sqlstate 'TQ001' then
    v_verdicts := array(select case when left(v, 1) in ('u', 'q') then v else 'b' end from unnest(v_verdicts) v);
  end;
  return v_verdicts;
end $$;
