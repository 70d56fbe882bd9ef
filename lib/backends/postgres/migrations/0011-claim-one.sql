-- The claim of a queue that has nothing to ask for.

-- The same as `claim` of one queue without ids and without settlements but completions, which nearly every call is. On an idle queue a job
-- waits for nothing as long as for its claim, and half of that are the questions that a queue without limits need not be asked.
create function :"schema".claim_one(
  p_worker text, p_lease double precision, p_done_queue integer[], p_done_id text[], p_done_fence bigint[], p_done_result text[],
  p_queue text, p_limit integer, p_is_own boolean
) returns setof :"schema".claimed_job
language plpgsql volatile
set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off set enable_bitmapscan = off set jit = off
set plan_cache_mode = force_generic_plan
as $$
declare
  v_now bigint := :"schema".now_ms();
  v_expiry bigint := v_now + ceil(p_lease)::bigint;
  v_fence bigint;
  v_queue integer;
  v_done integer[];
  v_late jsonb;
  v_moment bigint;
  v_has_endings boolean;
  v_highest smallint[];
  v_lowest smallint[];
  v_begins bigint[];
  v_places tid[];
  v_high smallint;
  v_low smallint;
  q :"schema".queue;
  c :"schema".claimed_job;
begin
  -- Before any row is locked: what has limits locks its queue first.
  select id into v_queue from :"schema".queue
    where name = p_queue and not paused and not has_flows and concurrency is null and rate_limit is null;
  if not found then
    return query select * from :"schema".claim(
      p_worker, p_lease, p_limit, p_done_queue, p_done_id, p_done_fence, p_done_result, '[]',
      jsonb_build_array(jsonb_build_object('queue', p_queue, 'limit', p_limit)), p_is_own
    );
    return;
  end if;

  if cardinality(p_done_id) > 0 then
    v_done := coalesce(:"schema".complete_plain(p_done_queue, p_done_id, p_done_fence, p_done_result, v_now), '{}');
    if cardinality(v_done) < cardinality(p_done_id) then
      v_late := :"schema".complete_others(p_done_queue, p_done_id, p_done_fence, p_done_result, v_done, v_now);
    end if;
  end if;

  select
    least(
      (select moment from :"schema".job where queue = v_queue and state = 5 and moment >= coalesce(m.floors[23], 0) order by moment limit 1),
      (select moment from :"schema".job where queue = v_queue and state = 3 and moment >= coalesce(m.floors[22], 0) order by moment limit 1),
      (select moment from :"schema".job where queue = v_queue and state = 6 and moment >= coalesce(m.floors[24], 0) order by moment limit 1),
      (select moment from :"schema".timer where queue = v_queue and moment >= 0 order by moment limit 1)
    ),
    exists (select from :"schema".ending where queue = any(p_done_queue || v_queue)),
    m.highest, m.lowest, m.begins
    into v_moment, v_has_endings, v_highest, v_lowest, v_begins
    from (values (1)) one left join lateral (
      select * from :"schema".mark where queue = v_queue order by generation desc limit 1
    ) m on true;
  if v_moment <= v_now then
    -- What is overdue goes first. The other has not seen what is done, so it must not take the commit for one that may be lost.
    for c in
      select * from :"schema".claim(
        p_worker, p_lease, p_limit, '{}', '{}', '{}', '{}', '[]',
        jsonb_build_array(jsonb_build_object('queue', p_queue, 'limit', p_limit)), false
      )
    loop
      if v_late is not null then c.summary := c.summary || jsonb_build_object('done', v_done, 'late', v_late); end if;
      return next c;
    end loop;
    return;
  end if;

  -- Part after part of the line, as far as it is asked for.
  select array_agg(i.ctid), max(i.priority), min(i.priority) into v_places, v_high, v_low from (
    select l.ctid, l.priority
    from unnest(
      coalesce(v_highest, '{32767}'), coalesce(v_lowest, '{-32768}'), coalesce(v_begins, '{-9223372036854775808}')
    ) h (highest, lowest, begins) cross join lateral (
      select j.ctid, j.priority from :"schema".job j where j.queue = v_queue and j.state = 0
        and j.priority <= h.highest and j.priority >= h.lowest and j.place >= h.begins
      order by j.priority desc, j.place limit p_limit for no key update skip locked
    ) l
    limit p_limit
  ) i;
  if v_places is not null then
    v_fence := :"schema".next_fence();
    return query
      update :"schema".job j set state = 5, attempt = j.attempt + 1, fence = greatest(j.fence + 1, v_fence), moment = v_expiry,
        started_at = v_now, worker = p_worker, forward_at = null
      where j.ctid = any(v_places)
      returning null::jsonb, null::text, null::integer, j.id, j.name,
        nullif(j.codec, 'json'), nullif(j.version, 1), nullif(j.priority, 5::smallint), nullif(j.attempt, 1),
        case when j.max_retries is null then -1 else nullif(j.max_retries, 3) end, nullif(j.stalls, 0),
        case when j.max_stalled is null then -1 else nullif(j.max_stalled, 3) end,
        case when j.timeout is null then -1 else nullif(j.timeout, 300000) end,
        nullif(j.fence, v_fence), j.created_at, j.payload, j.payload_raw,
        case when j.key is not null or j.unique_key is not null or j.policy is not null then true end,
        case when j.key is null and j.headers is null and j.checkpoint is null and j.checkpoint_raw is null and j.policy is null
          and j.signals is null and j.replays = 0 then null
        else :"schema".extras_of(
          j.queue, j.id, j.key, j.headers, j.checkpoint, j.checkpoint_raw, j.policy, j.signals, j.replays, v_now
        ) end,
        j.place;
    v_moment := least(v_moment, v_expiry);
    perform :"schema".lower_mark(v_queue, 23, v_expiry);
    if random() * :"schema".mark_pace() < cardinality(v_places) then
      select * into q from :"schema".queue where id = v_queue;
      perform :"schema".raise_mark(q, v_high, v_low, v_now);
    end if;
  end if;

  if v_late is not null then
    c.summary := jsonb_build_object('done', v_done, 'late', v_late);
    v_has_endings := true;
  else
    c.summary := '{}';
  end if;
  if v_places is not null then
    c.summary := c.summary || jsonb_build_object('from', jsonb_build_array(v_queue, p_queue, v_fence::text));
  end if;
  if v_moment is not null then c.summary := c.summary || jsonb_build_object('next', greatest(0, v_moment - v_now)); end if;
  if v_has_endings then
    c.summary := c.summary || jsonb_strip_nulls(jsonb_build_object('ended', :"schema".tell_endings(p_done_queue || v_queue)));
  elsif p_is_own and cardinality(p_done_id) = 0 then
    -- As in `claim`.
    perform set_config('synchronous_commit', 'off', true);
  end if;
  return next c;
end $$;
