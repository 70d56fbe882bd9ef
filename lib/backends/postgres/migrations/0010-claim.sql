-- Settles, then takes.

-- What became of the jobs that one depended on, in the order in which they were named.
create function :"schema".outcomes_of(p_queue integer, p_id text, p_now bigint) returns jsonb
language plpgsql volatile as $$
begin
  return (
    select jsonb_agg(jsonb_build_object(
      'queue', q.name, 'id', d.parent_id,
      'state', coalesce(f.state, case when u.id is not null then 8 end, t.state, d.noted, 9),
      'name', coalesce(f.name, u.name), 'codec', f.codec, 'result', f.result, 'result_raw', encode(f.result_raw, 'base64'),
      'error', f.error
    ) order by d.n)
    from :"schema".dependency d
      join :"schema".queue q on q.id = d.parent_queue
      left join :"schema".finished f on f.queue = d.parent_queue and f.id = d.parent_id
      left join :"schema".job u on u.queue = d.parent_queue and u.id = d.parent_id
      left join :"schema".tombstone t on t.queue = d.parent_queue and t.id = d.parent_id and t.at > p_now - 3600000
    where d.queue = p_queue and d.id = p_id
  );
end $$;

-- What a claim hands over of a job that has more than a plain one.
create function :"schema".extras_of(
  p_queue integer, p_id text, p_key text, p_headers text, p_checkpoint text, p_checkpoint_raw bytea, p_policy text, p_signals jsonb,
  p_replays integer, p_now bigint
) returns jsonb
language plpgsql volatile as $$
begin
  return jsonb_build_object(
    'key', p_key, 'headers', p_headers, 'checkpoint', p_checkpoint, 'checkpoint_raw', encode(p_checkpoint_raw, 'base64'),
    'policy', p_policy, 'signals', p_signals, 'replays', p_replays,
    'parents', case when p_policy is not null then :"schema".outcomes_of(p_queue, p_id, p_now) end
  );
end $$;

-- What most jobs have alike is null, and so neither written as text nor read: `queue` and `fence` then stand in the summary, the others are as
-- `USUAL` in claimed-job.ts has them; -1 is no bound. Twenty texts a job were a tenth of what a claim took of both processes.
create type :"schema".claimed_job as (
  -- Of the one row that tells everything but jobs.
  summary jsonb,
  queue text,
  queue_id integer,
  id text,
  name text,
  codec text,
  version integer,
  priority smallint,
  attempt integer,
  max_retries integer,
  stalls integer,
  max_stalled integer,
  timeout double precision,
  fence bigint,
  created_at bigint,
  payload text,
  payload_raw bytea,
  -- Its completion frees more than its place in the hands of a worker.
  is_rare boolean,
  extra jsonb,
  -- Where it stood in the line of its priority: whoever asked puts them in order.
  place bigint
);

-- The next jobs in line, or those of the ids that are ready: where they lie, locked, and between which priorities.
create function :"schema".next_in_line(
  q :"schema".queue, m :"schema".mark, p_limit integer, p_ids text[], out places tid[], out high smallint, out low smallint
)
language plpgsql volatile as $$
declare
  h record;
begin
  places := '{}';
  if p_ids is not null then
    select array_agg(i.ctid), max(i.priority), min(i.priority) into places, high, low from (
      select j.ctid, j.priority from :"schema".job j where j.queue = q.id and j.id = any(p_ids) and j.state + 0 in (0, 2)
      limit p_limit for no key update skip locked
    ) i;
    return;
  end if;
  for n in 1..cardinality(m.highest) loop
    select array_agg(i.ctid) as places, max(i.priority) as high, min(i.priority) as low into h from (
      select j.ctid, j.priority from :"schema".job j where j.queue = q.id and j.state = 0
        and j.priority <= m.highest[n] and j.priority >= m.lowest[n] and j.place >= m.begins[n]
      order by j.priority desc, j.place limit p_limit - cardinality(places) for no key update skip locked
    ) i;
    continue when h.places is null;
    places := places || h.places;
    high := coalesce(high, h.high);
    low := h.low;
    exit when cardinality(places) >= p_limit;
  end loop;
end $$;

-- One call of `claim`.
--
-- `p_done_*`: completions of plain jobs with nothing besides. `p_settle`: other settlements, in order, with the jobs that each
-- brings. `p_take`: [{ queue, limit, ids }]. `p_max`: most jobs over all queues.
-- `p_is_own`: the call is a transaction of its own.
-- Result: the jobs, then a row with the summary: `done` numbers of `p_done_*` that held, `late` verdicts of the others by number,
-- `verdicts` of `p_settle`, `next` ms until something could be new, `limited`, `ended`, `refused`.
create function :"schema".claim(
  p_worker text, p_lease double precision, p_max integer, p_done_queue integer[], p_done_id text[], p_done_fence bigint[],
  p_done_result text[], p_settle jsonb, p_take jsonb, p_is_own boolean
) returns setof :"schema".claimed_job
language plpgsql volatile
set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off set enable_bitmapscan = off set jit = off
set plan_cache_mode = force_generic_plan
as $$
declare
  v_now bigint := :"schema".now_ms();
  v_expiry bigint := v_now + ceil(p_lease)::bigint;
  v_fence bigint;
  v_left integer := coalesce(p_max, 2147483647);
  v_seen integer[] := '{}';
  v_limited_names text[];
  v_settled integer[];
  v_spawned text[];
  v_done integer[];
  v_late jsonb;
  v_verdict text;
  v_verdicts text := '';
  v_refused jsonb := '[]';
  v_limited jsonb := '[]';
  v_next bigint;
  v_moment bigint;
  v_wanted integer;
  v_slots integer;
  v_tokens integer;
  v_allowed integer;
  v_taken integer;
  v_ahead double precision;
  v_has_more boolean;
  v_has_swept boolean := false;
  v_ids text[];
  v_places tid[];
  v_high smallint;
  v_low smallint;
  -- The first queue that gave jobs: id, name, token.
  v_from jsonb;
  v_is_first boolean;
  m :"schema".mark;
  g :"schema".given_job;
  q :"schema".queue;
  n integer;
  s jsonb;
  t jsonb;
  r record;
  c :"schema".claimed_job;
begin
  -- Queues whose limits hold for all who claim, and those on which a settlement may let in another job: in one order for all who
  -- lock several, and before any row.
  v_limited_names := array(
    select x.value ->> 'queue' from jsonb_array_elements(p_take) x where (x.value ->> 'limit')::integer > 0
  );
  if p_settle <> '[]' then
    v_settled := array(select distinct (x.value ->> 'queue')::integer from jsonb_array_elements(p_settle) x);
    v_spawned := array(
      select distinct y.value ->> 'queue' from jsonb_array_elements(p_settle) x, jsonb_array_elements(x.value -> 'jobs') y
    );
    perform :"schema".lock_queue(l.id) from (
      select id from :"schema".queue
      where name = any(v_limited_names) and (concurrency is not null or rate_limit is not null)
        or (id = any(v_settled) or name = any(v_spawned))
          and (has_flows or key_concurrency is not null or key_rate is not null or key_overrides is not null)
      order by id
    ) l;
  else
    perform :"schema".lock_queue(l.id) from (
      select id from :"schema".queue
      where name = any(v_limited_names) and (concurrency is not null or rate_limit is not null) order by id
    ) l;
  end if;

  if cardinality(p_done_id) > 0 then
    v_seen := p_done_queue;
    v_done := coalesce(:"schema".complete_plain(p_done_queue, p_done_id, p_done_fence, p_done_result, v_now), '{}');
    if cardinality(v_done) < cardinality(p_done_id) then
      v_late := :"schema".complete_others(p_done_queue, p_done_id, p_done_fence, p_done_result, v_done, v_now);
    end if;
  end if;

  for s, n in select x.value, x.ordinality - 1 from jsonb_array_elements(p_settle) with ordinality x loop
    v_seen := v_seen || (s ->> 'queue')::integer;
    v_verdict := :"schema".settle_one(s, v_now);
    v_verdicts := v_verdicts || v_verdict;
    if v_verdict = 'a' and s ? 'jobs' then
      for r in select x.value as job, x.ordinality - 1 as place from jsonb_array_elements(s -> 'jobs') with ordinality x loop
        g := jsonb_populate_record(null:::"schema".given_job, r.job);
        v_verdict := :"schema".add_job(g, null, v_now);
        if left(v_verdict, 1) = 'u' then
          v_refused := v_refused || jsonb_build_array(jsonb_build_array(n, r.place, substr(v_verdict, 2)));
        end if;
      end loop;
    end if;
  end loop;

  for t in select x.value from jsonb_array_elements(p_take) x loop
    q := :"schema".queue_named(t ->> 'queue');
    v_seen := v_seen || q.id;
    m := :"schema".mark_of(q.id);
    v_moment := :"schema".next_moment(m);
    if v_moment <= v_now then
      if :"schema".try_lock_queue(q.id) then
        perform :"schema".do_overdue(q, v_now);
        v_has_swept := true;
        m := :"schema".mark_of(q.id);
        v_moment := :"schema".next_moment(m);
        select * into q from :"schema".queue where id = q.id;
      end if;
      v_moment := :"schema".not_before(v_moment, v_now);
    end if;
    v_wanted := least((t ->> 'limit')::bigint, v_left);
    v_taken := 0;
    if v_wanted > 0 then
      v_ids := case when jsonb_typeof(t -> 'ids') = 'array' then array(select jsonb_array_elements_text(t -> 'ids')) end;
      v_slots := v_wanted;
      v_tokens := v_wanted;
      if q.concurrency is not null then
        v_slots := greatest(0, q.concurrency - (
          select count(*) from :"schema".job where queue = q.id and state = 5
            and moment >= coalesce(m.floors[23], 0)
        ));
      end if;
      if q.rate_limit is not null then
        v_ahead := :"schema".bucket_ahead(q.id, '', v_now);
        v_tokens := least(v_wanted, :"schema".tokens_in(q.rate_limit, q.rate_per, q.rate_burst, v_ahead));
      end if;
      v_allowed := case when q.paused then 0 else least(v_wanted, v_slots, v_tokens) end;
      if v_allowed > 0 then
        v_fence := coalesce(v_fence, :"schema".next_fence());
        select l.places, l.high, l.low into v_places, v_high, v_low from :"schema".next_in_line(q, m, v_allowed, v_ids) l;
        -- They are locked, so they are still there. What is returned is handed on as it comes: to keep all columns of a job and to sort
        -- them took as long as the update itself (7 of 13 microseconds).
        if cardinality(v_places) > 0 then
          if v_from is null then v_from := jsonb_build_array(q.id, q.name, v_fence::text); end if;
          v_is_first := q.id = (v_from -> 0)::integer;
          return query
            update :"schema".job j set state = 5, attempt = j.attempt + 1, fence = greatest(j.fence + 1, v_fence), moment = v_expiry,
              started_at = v_now, worker = p_worker, forward_at = null
            where j.ctid = any(v_places)
            returning null::jsonb, case when not v_is_first then q.name end, case when not v_is_first then q.id end, j.id, j.name,
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
          get diagnostics v_taken = row_count;
        end if;
        if q.has_flows and v_ids is null and v_taken > 0 then perform :"schema".note_turns(q.id, v_expiry, v_fence); end if;
      end if;
      v_left := v_left - v_taken;
      if v_taken > 0 then
        v_moment := least(v_moment, v_expiry);
        perform :"schema".lower_mark(q.id, 23, v_expiry);
        if random() * :"schema".mark_pace() < v_taken then
          perform :"schema".raise_mark(q, v_high, v_low, v_now);
        end if;
        if q.rate_limit is not null then
          v_ahead := v_ahead + v_taken * (q.rate_per / q.rate_limit);
          perform :"schema".charge_bucket(q.id, '', v_ahead, v_now);
        end if;
      end if;
      if v_taken = v_allowed and v_allowed < v_wanted then
        v_has_more := case when v_ids is null
          then :"schema".has_ready(q.id)
          else exists (select from :"schema".job where queue = q.id and id = any(v_ids) and state + 0 in (0, 2)) end;
        if v_has_more and q.paused then
          v_limited := v_limited || jsonb_build_array(jsonb_build_array(q.name, 'paused', null));
        elsif v_has_more and (q.rate_limit is null or v_slots <= v_tokens) then
          v_limited := v_limited || jsonb_build_array(jsonb_build_array(q.name, 'concurrency', null));
        elsif v_has_more then
          v_ahead := ceil(:"schema".refill_in(q.rate_limit, q.rate_per, q.rate_burst, v_ahead));
          v_limited := v_limited || jsonb_build_array(jsonb_build_array(q.name, 'rate', v_ahead));
          v_moment := least(v_moment, v_now + v_ahead::bigint);
        end if;
      elsif q.has_flows and v_ids is null and v_taken < v_allowed then
        perform :"schema".end_flows(q);
      end if;
    end if;
    v_next := least(v_next, v_moment);
  end loop;

  c.summary := jsonb_strip_nulls(jsonb_build_object(
    'done', case when v_late is not null then to_jsonb(v_done) end, 'late', v_late, 'verdicts', nullif(v_verdicts, ''),
    'next', case when v_next is not null then greatest(0, v_next - v_now) end, 'limited', nullif(v_limited, '[]'), 'ended', :"schema".tell_endings(v_seen),
    'refused', nullif(v_refused, '[]'), 'from', v_from
  ));
  -- A claim that is lost with the server has not been: its jobs wait again, and who runs them is late. So nobody waits until it is on
  -- the disk, which is half of the time from an enqueue to the start of its handler. Whatever is written after it takes it along.
  if p_is_own and not v_has_swept and cardinality(p_done_id) = 0 and p_settle = '[]' and not c.summary ? 'ended' then
    perform set_config('synchronous_commit', 'off', true);
  end if;
  return next c;
end $$;

-- Takes note of how far the turns have got by this claim. Where another is at it, that one's word is as good.
create function :"schema".note_turns(p_queue integer, p_expiry bigint, p_fence bigint) returns void
language plpgsql volatile as $$
begin
  with latest as (
    select priority, max(place) as place from :"schema".job
    where queue = p_queue and state = 5 and moment = p_expiry and fence = p_fence
    group by priority
  ), free as (
    select t.priority, l.place from :"schema".turn t join latest l using (priority)
    where t.queue = p_queue and t.served < l.place
    for update of t skip locked
  )
  update :"schema".turn t set served = f.place from free f where t.queue = p_queue and t.priority = f.priority;
end $$;

-- Nobody is in line: flows have no more to remember.
create function :"schema".end_flows(q :"schema".queue) returns void
language plpgsql volatile as $$
begin
  if not :"schema".try_lock_queue(q.id) then return; end if;
  if :"schema".has_ready(q.id) then return; end if;
  delete from :"schema".flow where queue = q.id;
  delete from :"schema".turn where queue = q.id;
  perform :"schema".clear_line_marks(q.id);
  update :"schema".queue set has_flows = false where id = q.id;
end $$;
