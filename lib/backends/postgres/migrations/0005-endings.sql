-- How a job ends, what that frees, who is told, and what is kept of it.

-- Notes that a job ended with nobody in hand of it, until a claim or a sweep tells of it.
create function :"schema".note_ending(j :"schema".job, p_error text, p_reason text) returns void
language plpgsql volatile as $$
begin
  insert into :"schema".ending (queue, id, name, attempt, worker, error, reason)
    values (j.queue, j.id, j.name, j.attempt, j.worker, p_error, p_reason);
end $$;

-- Notes that a run failed or lost its lease; the latest ten are kept.
create function :"schema".note_failure(inout j :"schema".job, p_error text, p_now bigint)
language plpgsql volatile as $$
begin
  j.failures := (coalesce(j.failures, '{}') || jsonb_build_object(
    'attempt', j.attempt, 'at', p_now, 'worker', j.worker, 'error', p_error
  )::text)[greatest(1, coalesce(cardinality(j.failures), 0) + 2 - 10):];
end $$;

create function :"schema".free_keys(j :"schema".job) returns void
language plpgsql volatile as $$
begin
  if j.idempotency_key is not null then
    delete from :"schema".held_key where queue = j.queue and kind = 'i' and key = j.idempotency_key and id = j.id;
  end if;
  if j.unique_key is not null then
    delete from :"schema".held_key
      where queue = j.queue and kind = case when j.unique_mode = 'throttle' then 't'::"char" else 'u'::"char" end
        and key = j.unique_key and id = j.id;
  end if;
end $$;

-- Of a job that has finished: only a window outlives that.
create function :"schema".free_unique(j :"schema".job) returns void
language plpgsql volatile as $$
begin
  if j.unique_key is not null and j.unique_mode <> 'throttle' then
    delete from :"schema".held_key where queue = j.queue and kind = 'u' and key = j.unique_key and id = j.id;
  end if;
end $$;

-- Gives a job that has come back from a finished state its keys again, unless another has them by now.
create function :"schema".restore_unique(j :"schema".job) returns void
language plpgsql volatile as $$
begin
  if j.unique_key is not null and j.unique_mode <> 'throttle' then
    insert into :"schema".held_key values (j.queue, 'u', j.unique_key, j.id, null) on conflict do nothing;
  end if;
end $$;

create function :"schema".restore_idempotency(j :"schema".job, p_now bigint) returns void
language plpgsql volatile as $$
begin
  if j.idempotency_key is not null and j.idempotency_until > p_now then
    insert into :"schema".held_key as h values (j.queue, 'i', j.idempotency_key, j.id, j.idempotency_until)
      on conflict (queue, kind, key) do update set id = excluded.id, until_ms = excluded.until_ms
      where h.until_ms <= p_now;
  end if;
end $$;

-- Moves a job to the finished, and frees its keys and its key's slot.
create function :"schema".shelve(
  q :"schema".queue, j :"schema".job, p_state integer, p_result text, p_result_raw bytea, p_now bigint
) returns void
language plpgsql volatile as $$
begin
  delete from :"schema".job where queue = j.queue and id = j.id;
  insert into :"schema".finished (
    queue, id, state, priority, place, attempt, stalls, fence, created_at, ready_at, started_at, worker, name, codec, version,
    max_retries, max_stalled, timeout, headers, payload, payload_raw, key, share, external, idempotency_key, idempotency_until,
    unique_key, unique_mode, policy, broken, due_at, cancel_reason, signals, unused, checkpoint, checkpoint_raw, progress, error,
    failures, replays, result, result_raw, finished_at
  ) values (
    j.queue, j.id, p_state, j.priority, j.place, j.attempt, j.stalls, j.fence, j.created_at, j.ready_at, j.started_at, j.worker,
    j.name, j.codec, j.version, j.max_retries, j.max_stalled, j.timeout, j.headers, j.payload, j.payload_raw, j.key, j.share,
    j.external, j.idempotency_key, j.idempotency_until, j.unique_key, j.unique_mode, j.policy, j.broken, j.due_at,
    case when p_state = 9 then j.cancel_reason end, j.signals, j.unused, j.checkpoint, j.checkpoint_raw, j.progress, j.error,
    j.failures, j.replays, p_result, p_result_raw, p_now
  );
  if p_state = 9 then perform :"schema".free_keys(j); else perform :"schema".free_unique(j); end if;
  perform :"schema".free_slot(q, j.key, p_now);
end $$;

-- A finished job, as it was before it ended: in no state, and off its shelf.
create function :"schema".unshelve(p_queue integer, p_id text) returns :"schema".job
language plpgsql volatile as $$
declare
  j :"schema".job;
begin
  delete from :"schema".finished where queue = p_queue and id = p_id returning
    queue, id, -1, priority, place, null, attempt, stalls, fence, created_at, ready_at, started_at, worker, name, codec, version,
    max_retries, max_stalled, timeout, headers, payload, payload_raw, key, share, external, null, idempotency_key,
    idempotency_until, unique_key, unique_mode, policy, broken, due_at, cancel_reason, null, signals, unused, checkpoint,
    checkpoint_raw, progress, error, failures, replays
    into j.queue, j.id, j.state, j.priority, j.place, j.moment, j.attempt, j.stalls, j.fence, j.created_at, j.ready_at,
    j.started_at, j.worker, j.name, j.codec, j.version, j.max_retries, j.max_stalled, j.timeout, j.headers, j.payload,
    j.payload_raw, j.key, j.share, j.external, j.forward_at, j.idempotency_key, j.idempotency_until, j.unique_key, j.unique_mode,
    j.policy, j.broken, j.due_at, j.cancel_reason, j.awaits, j.signals, j.unused, j.checkpoint, j.checkpoint_raw, j.progress,
    j.error, j.failures, j.replays;
  return j;
end $$;

-- Whether the record of a finished job must be kept although it is over its bounds: for a dependent that has yet to run, or
-- because it was cancelled with a dead letter that can still be retried, and would then wait again.
create function :"schema".is_needed(p_queue integer, p_id text, p_broken boolean) returns boolean
language plpgsql volatile as $$
begin
  return exists (
    select from :"schema".dependency d join :"schema".job c on c.queue = d.queue and c.id = d.id
    where d.parent_queue = p_queue and d.parent_id = p_id
  ) or p_broken and exists (
    select from :"schema".dependency d join :"schema".finished p on p.queue = d.parent_queue and p.id = d.parent_id
    where d.queue = p_queue and d.id = p_id and (p.state = 8 or p.broken)
  );
end $$;

-- Forgets the record of a finished job, but for how it ended.
create function :"schema".bury(p_queue integer, p_id text, p_state smallint, p_at bigint) returns void
language plpgsql volatile as $$
begin
  delete from :"schema".finished where queue = p_queue and id = p_id;
  delete from :"schema".dependency where queue = p_queue and id = p_id;
  update :"schema".dependency set noted = p_state where parent_queue = p_queue and parent_id = p_id;
  insert into :"schema".tombstone values (p_queue, p_id, p_state, p_at)
    on conflict (id, queue) do update set state = excluded.state, at = excluded.at;
end $$;

-- The jobs that one depends on and those that depend on it.
create function :"schema".kin_of(p_queue integer, p_id text, out queues integer[], out ids text[])
language plpgsql volatile as $$
begin
  select array_agg(k.queue), array_agg(k.id) into queues, ids from (
    select d.parent_queue as queue, d.parent_id as id from :"schema".dependency d where d.queue = p_queue and d.id = p_id
    union all
    select d.queue, d.id from :"schema".dependency d where d.parent_queue = p_queue and d.parent_id = p_id
  ) k;
end $$;

-- Drops those of the jobs that were kept for others and are needed no longer, and what was kept for them in turn.
create function :"schema".release_held(p_queues integer[], p_ids text[], p_now bigint) returns void
language plpgsql volatile as $$
declare
  v_at integer := 1;
  f record;
  v_kin record;
begin
  while v_at <= coalesce(cardinality(p_ids), 0) loop
    select t.queue, t.id, t.state, t.finished_at, t.broken, case when t.state = 8 then q.failed_ttl else q.completed_ttl end as ttl
      into f from :"schema".finished t join :"schema".queue q on q.id = t.queue
      where t.queue = p_queues[v_at] and t.id = p_ids[v_at] and t.held;
    if not found then
      v_at := v_at + 1;
      continue;
    end if;
    if not :"schema".is_needed(f.queue, f.id, f.broken) then
      v_kin := :"schema".kin_of(f.queue, f.id);
      perform :"schema".bury(f.queue, f.id, f.state, least(p_now, f.finished_at + coalesce(f.ttl, 0)));
      p_queues := p_queues || v_kin.queues;
      p_ids := p_ids || v_kin.ids;
    end if;
    v_at := v_at + 1;
  end loop;
end $$;

-- Lets a job go on whose dependencies are met.
create function :"schema".proceed(q :"schema".queue, c :"schema".job, p_now bigint) returns void
language plpgsql volatile as $$
begin
  if c.due_at > p_now then c := :"schema".defer(q, c, 3, c.due_at); else c := :"schema".admit(q, c, p_now, p_now); end if;
  perform :"schema".save(c);
end $$;

-- Ends a job because one that it depends on did not complete. It keeps to its parents, to come back with them.
create function :"schema".break_off(q :"schema".queue, c :"schema".job, p_now bigint) returns void
language plpgsql volatile as $$
begin
  update :"schema".dependency set unmet = false where queue = c.queue and id = c.id and unmet;
  c.broken := true;
  c.cancel_reason := 'dependency-failed';
  perform :"schema".shelve(q, c, 9, null, null, p_now);
  perform :"schema".note_ending(c, null, c.cancel_reason);
end $$;

-- Tells the dependents of a job that it has ended, or is gone; those of a dependent that is cancelled by it are told in turn.
create function :"schema".resolve_dependents(p_queue integer, p_id text, p_is_completed boolean, p_now bigint) returns void
language plpgsql volatile as $$
declare
  v_queues integer[] := array[p_queue];
  v_ids text[] := array[p_id];
  v_is_good boolean := p_is_completed;
  v_at integer := 1;
  d record;
  c :"schema".job;
  q :"schema".queue;
  v_kin record;
begin
  while v_at <= cardinality(v_ids) loop
    for d in
      select queue, id from :"schema".dependency
      where parent_queue = v_queues[v_at] and parent_id = v_ids[v_at] and unmet order by ord
    loop
      select * into c from :"schema".job where queue = d.queue and id = d.id for update;
      continue when not found or c.state <> 4;
      update :"schema".dependency set unmet = false
        where queue = d.queue and id = d.id and parent_queue = v_queues[v_at] and parent_id = v_ids[v_at] and unmet;
      continue when not found;
      select * into q from :"schema".queue where id = c.queue;
      if not v_is_good and c.policy = 'fail' then
        perform :"schema".break_off(q, c, p_now);
        v_queues := v_queues || c.queue;
        v_ids := v_ids || c.id;
      elsif not exists (select from :"schema".dependency where queue = c.queue and id = c.id and unmet) then
        perform :"schema".proceed(q, c, p_now);
      end if;
    end loop;
    select array_agg(parent_queue) as queues, array_agg(parent_id) as ids into v_kin from :"schema".dependency
      where queue = v_queues[v_at] and id = v_ids[v_at];
    if v_kin.ids is not null then perform :"schema".release_held(v_kin.queues, v_kin.ids, p_now); end if;
    v_is_good := false;
    v_at := v_at + 1;
  end loop;
end $$;

-- Ends a job, and resolves in the same step the jobs that depend on it.
create function :"schema".finish(
  q :"schema".queue, j :"schema".job, p_state integer, p_result text, p_result_raw bytea, p_now bigint
) returns void
language plpgsql volatile as $$
begin
  perform :"schema".shelve(q, j, p_state, p_result, p_result_raw, p_now);
  perform :"schema".resolve_dependents(j.queue, j.id, p_state = 7, p_now);
end $$;

create function :"schema".finish_cancelled(q :"schema".queue, j :"schema".job, p_reason text, p_now bigint) returns void
language plpgsql volatile as $$
begin
  j.cancel_reason := p_reason;
  perform :"schema".finish(q, j, 9, null, null, p_now);
end $$;

-- How a parent stands: 0 unfinished, else as it ended; as cancelled when nothing is known of it any more.
create function :"schema".standing_of(p_queue integer, p_id text, p_noted smallint, p_now bigint) returns smallint
language plpgsql volatile as $$
begin
  return coalesce(
    (select 0 from :"schema".job where queue = p_queue and id = p_id),
    (select state from :"schema".finished where queue = p_queue and id = p_id),
    (select state from :"schema".tombstone where queue = p_queue and id = p_id and at > p_now - 3600000),
    p_noted,
    9
  );
end $$;

-- Makes the dependents that were cancelled because of a job wait for it again, and theirs for them.
create function :"schema".reopen_dependents(p_queue integer, p_id text, p_now bigint) returns void
language plpgsql volatile as $$
declare
  v_queues integer[] := array[p_queue];
  v_ids text[] := array[p_id];
  v_at integer := 1;
  d record;
  c :"schema".job;
begin
  while v_at <= cardinality(v_ids) loop
    for d in
      select f.queue, f.id from :"schema".dependency l join :"schema".finished f on f.queue = l.queue and f.id = l.id
      where l.parent_queue = v_queues[v_at] and l.parent_id = v_ids[v_at] and f.broken order by l.ord
    loop
      perform from :"schema".finished where queue = d.queue and id = d.id and broken for update;
      continue when not found;
      continue when exists (
        select from :"schema".dependency l where l.queue = d.queue and l.id = d.id
          and :"schema".standing_of(l.parent_queue, l.parent_id, l.noted, p_now) in (8, 9)
      );
      c := :"schema".unshelve(d.queue, d.id);
      c.broken := null;
      c.cancel_reason := null;
      c.state := 4;
      c.moment := c.created_at;
      insert into :"schema".job values (c.*);
      update :"schema".dependency l set unmet = :"schema".standing_of(l.parent_queue, l.parent_id, l.noted, p_now) = 0
        where l.queue = d.queue and l.id = d.id;
      perform :"schema".restore_idempotency(c, p_now);
      perform :"schema".restore_unique(c);
      v_queues := v_queues || d.queue;
      v_ids := v_ids || d.id;
    end loop;
    v_at := v_at + 1;
  end loop;
end $$;
