-- Completions of plain jobs: many in one statement.

-- Whether jobs depend on any of these. A table that nothing was ever written to is not searched for each of them.
create function :"schema".have_dependents(p_queue integer[], p_id text[]) returns boolean
language plpgsql volatile as $$
begin
  return pg_relation_size(':"schema".dependency') > 0 and exists (
    select from unnest(p_queue, p_id) e (queue, id)
      join :"schema".dependency l on l.parent_queue = e.queue and l.parent_id = e.id
  );
end $$;

-- Completions on queues that keep no completed jobs: what stays of each is how it ended. Its record would be written only for the
-- next look of the trimmer, which was two thirds of what a settlement cost.
-- @return as `complete_plain`; nothing where somebody depends on one of them, who may need what it returned, or its id was used before
create function :"schema".complete_briefly(p_queue integer[], p_id text[], p_fence bigint[], p_now bigint) returns integer[]
language plpgsql volatile as $$
declare
  v_settled integer[];
begin
  if :"schema".have_dependents(p_queue, p_id) then return null; end if;
  with ended as (
    delete from :"schema".job j
    using unnest(p_queue, p_id, p_fence) with ordinality as e (queue, id, fence, n)
    where j.queue = e.queue and j.id = e.id and j.fence = e.fence and j.state + 0 = 5
      and j.key is null and j.unique_key is null and j.policy is null
    returning e.queue, e.id, e.n
  ), buried as (
    insert into :"schema".tombstone select queue, id, 7, p_now from ended
  )
  select array_agg(n) into v_settled from ended;
  -- Again: whoever was entering one held them until it was entered.
  if :"schema".have_dependents(p_queue, p_id) then raise exception sqlstate 'NT001'; end if;
  return coalesce(v_settled, '{}');
exception when sqlstate 'NT001' or unique_violation then
  return null;
end $$;

-- Which of these completions held: as a rule all of them. Two may be of one job, by a run that lost its lease and by its heir.
create function :"schema".settled_here(p_settled integer, p_queue integer[], p_id text[], p_fence bigint[]) returns integer[]
language plpgsql volatile as $$
begin
  if p_settled = cardinality(p_id) then return array(select generate_series(1, p_settled)); end if;
  return array(
    select e.n from unnest(p_queue, p_id, p_fence) with ordinality as e (queue, id, fence, n)
      join :"schema".finished f on f.queue = e.queue and f.id = e.id and f.fence = e.fence
    where f.xmin = pg_current_xact_id()::xid
  );
end $$;

-- Completions on queues that keep a record of them: one statement, whatever their number, and each row goes once from table to table.
-- With a list of those that held beside it, it would be kept, sorted and read twice, which made up a third of the time.
create function :"schema".complete_on_record(
  p_queue integer[], p_id text[], p_fence bigint[], p_result text[], p_now bigint
) returns integer[]
language plpgsql volatile as $$
declare
  v_count integer;
  v_settled integer[];
  d record;
begin
  with ended as (
    delete from :"schema".job j
    using unnest(p_queue, p_id, p_fence, p_result) as e (queue, id, fence, result)
    -- Nothing about the state that the planner knows: it would read all running jobs instead.
    where j.queue = e.queue and j.id = e.id and j.fence = e.fence and j.state + 0 = 5
      and j.key is null and j.unique_key is null and j.policy is null
    returning j.*, e.result
  )
  insert into :"schema".finished (
    queue, id, state, priority, place, attempt, stalls, fence, created_at, ready_at, started_at, worker, name, codec, version,
    max_retries, max_stalled, timeout, headers, payload, payload_raw, external, idempotency_key, idempotency_until, signals,
    unused, checkpoint, checkpoint_raw, progress, error, failures, replays, result, finished_at
  )
  select queue, id, 7, priority, place, attempt, stalls, fence, created_at, ready_at, started_at, worker, name, codec, version,
    max_retries, max_stalled, timeout, headers, payload, payload_raw, external, idempotency_key, idempotency_until, signals,
    unused, checkpoint, checkpoint_raw, progress, error, failures, replays, result, p_now
  from ended;
  get diagnostics v_count = row_count;
  v_settled := :"schema".settled_here(v_count, p_queue, p_id, p_fence);
  if pg_relation_size(':"schema".dependency') = 0 then return v_settled; end if;
  for d in
    select distinct l.parent_queue, l.parent_id
    from unnest(p_queue, p_id) with ordinality as e (queue, id, n)
      join :"schema".dependency l on l.parent_queue = e.queue and l.parent_id = e.id and l.unmet
    where e.n = any(v_settled)
  loop
    perform :"schema".resolve_dependents(d.parent_queue, d.parent_id, true, p_now);
  end loop;
  return v_settled;
end $$;

-- Completions of jobs without key, unique key or parents.
-- @return the numbers of those that held
create function :"schema".complete_plain(
  p_queue integer[], p_id text[], p_fence bigint[], p_result text[], p_now bigint
) returns integer[]
language plpgsql volatile as $$
declare
  v_settled integer[];
  q :"schema".queue;
begin
  if not exists (
    select from :"schema".queue k
    where k.id = any(p_queue) and k.completed_max is distinct from 0 and k.completed_ttl is distinct from 0
  ) then
    v_settled := :"schema".complete_briefly(p_queue, p_id, p_fence, p_now);
  end if;
  if v_settled is null then
    v_settled := :"schema".complete_on_record(p_queue, p_id, p_fence, p_result, p_now);
  end if;
  for q in select * from :"schema".queue where id = any(p_queue) and concurrency is not null loop
    perform :"schema".ring_if_ready(q);
  end loop;
  return v_settled;
end $$;

-- The rest of these completions, one at a time. @return verdicts by number
create function :"schema".complete_others(
  p_queue integer[], p_id text[], p_fence bigint[], p_result text[], p_done integer[], p_now bigint
) returns jsonb
language plpgsql volatile as $$
begin
  return (
    select jsonb_object_agg(u.n, :"schema".settle_one(jsonb_build_object(
      'kind', 'c', 'queue', u.queue, 'id', u.id, 'fence', u.fence, 'result', u.result
    ), p_now))
    from unnest(p_queue, p_id, p_fence, p_result) with ordinality as u (queue, id, fence, result, n)
    where u.n <> all(p_done)
  );
end $$;
