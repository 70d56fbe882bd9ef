-- What is overdue on a queue: due jobs, lost leases, moments of key limiters and of waits for a signal.

-- When something happens on the queue by itself; nothing: never.
create function :"schema".next_moment(m :"schema".mark) returns bigint
language plpgsql volatile as $$
begin
  return least(
    (select moment from :"schema".job where queue = m.queue and state = 5 and moment >= coalesce(m.floors[23], 0)
      order by moment limit 1),
    (select moment from :"schema".job where queue = m.queue and state = 3 and moment >= coalesce(m.floors[22], 0)
      order by moment limit 1),
    (select moment from :"schema".job where queue = m.queue and state = 6 and moment >= coalesce(m.floors[24], 0)
      order by moment limit 1),
    (select moment from :"schema".timer where queue = m.queue and moment >= 0 order by moment limit 1)
  );
end $$;

create function :"schema".next_moment(p_queue integer) returns bigint
language plpgsql volatile as $$
begin
  return :"schema".next_moment(:"schema".mark_of(p_queue));
end $$;

-- When to come back for what is still overdue although it was looked after: somebody else is at it, or a transaction that is open holds a job
-- whose lease is over.
create function :"schema".not_before(p_moment bigint, p_now bigint) returns bigint
language sql immutable as $$ select case when p_moment <= p_now then p_now + 20 else p_moment end $$;

create function :"schema".fail_stalled(q :"schema".queue, j :"schema".job, p_now bigint) returns void
language plpgsql volatile as $$
begin
  -- The client writes the message; here is what it has to say.
  j.error := 'S' || j.stalls || ',' || p_now;
  perform :"schema".finish(q, j, 8, null, null, p_now);
  perform :"schema".note_ending(j, j.error, null);
end $$;

-- Takes a running job from a worker that has not been heard of for the length of its lease.
create function :"schema".lose_lease(q :"schema".queue, j :"schema".job, p_now bigint) returns void
language plpgsql volatile as $$
declare
  v_is_last boolean := j.attempt >= 1 + coalesce(j.max_retries, 2147483646);
  v_counts boolean := j.max_stalled is distinct from 0;
begin
  j.fence := greatest(j.fence + 1, :"schema".next_fence());
  j.stalls := j.stalls + 1;
  j := :"schema".note_failure(j, 'L' || p_now, p_now);
  if j.cancel_reason is not null then
    perform :"schema".finish_cancelled(q, j, j.cancel_reason, p_now);
    perform :"schema".note_ending(j, null, j.cancel_reason);
  elsif v_counts and j.stalls >= j.max_stalled then
    perform :"schema".fail_stalled(q, j, p_now);
  elsif j.stalls = 1 and (not v_is_last or v_counts) then
    -- It keeps its key's slot.
    j := :"schema".enter_line(q, j, p_now);
    perform :"schema".save(j);
  elsif not v_is_last then
    j := :"schema".defer(q, j, 6, p_now + least(60000, 1000 * power(2, least(j.stalls - 1, 10)))::bigint);
    perform :"schema".save(j);
    perform :"schema".free_slot(q, j.key, p_now);
  else
    perform :"schema".fail_stalled(q, j, p_now);
  end if;
end $$;

-- Makes jobs ready whose moment has come, in the order in which they are named.
create function :"schema".promote(q :"schema".queue, p_ids text[], p_now bigint) returns void
language plpgsql volatile as $$
declare
  v_count integer := 0;
  j :"schema".job;
begin
  if not q.has_flows then
    -- The common case, many at once: jobs without a key, which another broker does not move.
    perform pg_current_xact_id();
    with due as (
      select h.id, h.moment from unnest(p_ids) with ordinality u (id, n) join :"schema".job h on h.queue = q.id and h.id = u.id
      where h.state + 0 in (3, 6) and h.key is null and h.external is null order by u.n for update of h skip locked
    ), placed as (
      select id, moment, nextval(':"schema".job_place') as place from due
    )
    update :"schema".job h set state = 0, moment = null, ready_at = p.moment, place = p.place
      from placed p where h.queue = q.id and h.id = p.id;
    get diagnostics v_count = row_count;
    if v_count > 0 then perform :"schema".ring(q); end if;
    if v_count = cardinality(p_ids) then return; end if;
  end if;
  for j in
    select h.* from unnest(p_ids) with ordinality u (id, n) join :"schema".job h on h.queue = q.id and h.id = u.id
    where h.state + 0 in (3, 6) order by u.n for update of h skip locked
  loop
    j := :"schema".admit(q, j, j.moment, p_now);
    perform :"schema".save(j);
  end loop;
end $$;

create function :"schema".reach_timer(q :"schema".queue, p_kind "char", p_subject text, p_now bigint) returns void
language plpgsql volatile as $$
declare
  j :"schema".job;
begin
  delete from :"schema".timer where queue = q.id and kind = p_kind and subject = p_subject;
  if p_kind = 'f' then p_subject := substr(p_subject, strpos(p_subject, ' ') + 1); end if;
  if p_kind in ('f', 'k') then
    perform :"schema".let_in(q, p_subject, p_now);
    return;
  end if;
  select * into j from :"schema".job where queue = q.id and id = p_subject and state = 4 for update;
  if not found then return; end if;
  j.awaits := null;
  j := :"schema".admit(q, j, p_now, p_now);
  perform :"schema".save(j);
end $$;

-- Does what is overdue, under the lock of the queue, in the order of its moments. What is to be done is read once: within one
-- transaction the head of an index fills with what was done before. @return how many leases were lost
create function :"schema".do_overdue(q :"schema".queue, p_now bigint) returns integer
language plpgsql volatile as $$
declare
  v_lost integer := 0;
  v_due text[] := '{}';
  m :"schema".mark := :"schema".mark_of(q.id);
  e record;
  j :"schema".job;
begin
  for e in
    select * from (
      (select moment, place, state::text as kind, id from :"schema".job where queue = q.id and state = 3 and moment <= p_now
          and moment >= coalesce(m.floors[22], 0) order by moment limit 1000)
      union all
      (select moment, place, state::text, id from :"schema".job where queue = q.id and state = 6 and moment <= p_now
          and moment >= coalesce(m.floors[24], 0) order by moment limit 1000)
      union all
      (select moment, place, state::text, id from :"schema".job where queue = q.id and state = 5 and moment <= p_now
          and moment >= coalesce(m.floors[23], 0) order by moment limit 1000)
      union all
      (select moment, 0, kind::text, subject from :"schema".timer where queue = q.id and moment >= 0 and moment <= p_now
        order by moment limit 1000)
    ) u order by moment, kind in ('5', 'k', 'w'), place limit 1000
  loop
    if e.kind in ('3', '6') then
      v_due := v_due || e.id;
      continue;
    end if;
    if cardinality(v_due) > 0 then
      perform :"schema".promote(q, v_due, p_now);
      v_due := '{}';
    end if;
    if e.kind = '5' then
      select * into j from :"schema".job
        where queue = q.id and id = e.id and state + 0 = 5 and moment <= p_now for update skip locked;
      -- Else somebody is settling it.
      if found then
        perform :"schema".lose_lease(q, j, p_now);
        v_lost := v_lost + 1;
      end if;
    else
      perform :"schema".reach_timer(q, e.kind::"char", e.id, p_now);
    end if;
  end loop;
  if cardinality(v_due) > 0 then perform :"schema".promote(q, v_due, p_now); end if;
  return v_lost;
end $$;

-- The same if there is something, unless somebody is at it. @return how many leases were lost
create function :"schema".sweep(q :"schema".queue, p_now bigint) returns integer
language plpgsql volatile as $$
begin
  if coalesce(:"schema".next_moment(q.id), p_now + 1) > p_now then return 0; end if;
  if not :"schema".try_lock_queue(q.id) then return 0; end if;
  return :"schema".do_overdue(q, p_now);
end $$;

-- What has ended inside the store on these queues since somebody was told last.
create function :"schema".tell_endings(p_queues integer[]) returns jsonb
language plpgsql volatile as $$
declare
  v_told jsonb;
begin
  if not exists (select from :"schema".ending where queue = any(p_queues)) then return null; end if;
  with told as (
    delete from :"schema".ending where ord = any(array(
      select ord from :"schema".ending where queue = any(p_queues) order by ord limit 100 for update skip locked
    )) returning *
  )
  select jsonb_agg(jsonb_build_object(
    'queue', q.name, 'id', t.id, 'name', t.name, 'attempt', t.attempt, 'worker', t.worker, 'error', t.error, 'reason', t.reason
  ) order by t.ord) into v_told from told t join :"schema".queue q on q.id = t.queue;
  return v_told;
end $$;
