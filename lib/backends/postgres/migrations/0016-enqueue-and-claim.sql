-- An enqueue that takes along the claim that it has called for.

-- Adds one plain job, due at once, to a queue that the same process serves, and claims from that queue: one call, one commit and no
-- notification, where the job of an idle queue waited for two calls, a commit and a notification. Nobody else is told of the job unless this
-- claim leaves it, and a claim that could not have been made does not undo the job: it is made again alone.
-- Result: as `claim` has it; the summary has `added` as `enqueue_one` answers.
create function :"schema".enqueue_and_claim(
  p_worker text, p_lease double precision, p_limit integer, p_queue text, p_id text, p_name text, p_codec text, p_version integer,
  p_priority smallint, p_max_retries integer, p_max_stalled integer, p_timeout double precision, p_headers text, p_payload text,
  p_payload_raw bytea
) returns setof :"schema".claimed_job
language plpgsql volatile
set enable_seqscan = off set enable_bitmapscan = off
as $$
declare
  -- From here on this transaction is one that the marks wait for: see `lower_mark`.
  v_transaction xid8 := pg_current_xact_id();
  v_now bigint := :"schema".now_ms();
  v_expiry bigint := v_now + ceil(p_lease)::bigint;
  v_fence bigint := :"schema".next_fence();
  v_queue integer;
  v_is_added boolean;
  q :"schema".queue;
  c :"schema".claimed_job;
begin
  -- Nobody is in line, so it is claimed as it comes. Nothing else is looked at: this process knows from its latest claim when something is due,
  -- and has this one settled by a claim that looks at everything.
  insert into :"schema".job (
    queue, id, name, codec, version, priority, max_retries, max_stalled, timeout, headers, payload, payload_raw, created_at, place,
    state, attempt, fence, moment, started_at, worker
  )
  select k.id, p_id, p_name, p_codec, p_version, p_priority, p_max_retries, p_max_stalled, p_timeout, p_headers, p_payload,
    p_payload_raw, v_now, nextval(':"schema".job_place'), 5, 1, v_fence, v_expiry, v_now, p_worker
  from :"schema".queue k left join lateral (
    select * from :"schema".mark where queue = k.id order by generation desc limit 1
  ) m on true
  where k.name = p_queue and not k.paused and not k.has_flows and k.max_size is null and k.concurrency is null and k.rate_limit is null
    and coalesce(greatest(m.floors[23], m.nexts[23], m.latest[23]) <= v_expiry, true)
    and not exists (
      select from unnest(
        coalesce(m.highest, '{32767}'), coalesce(m.lowest, '{-32768}'), coalesce(m.begins, '{-9223372036854775808}')
      ) h (highest, lowest, begins) cross join lateral (
        select from :"schema".job j where j.queue = k.id and j.state = 0
          and j.priority <= h.highest and j.priority >= h.lowest and j.place >= h.begins
        limit 1
      ) l
    )
  on conflict (id, queue) do nothing
  returning null, null, null, id, name, nullif(codec, 'json'), nullif(version, 1), nullif(priority, 5::smallint), null,
    case when max_retries is null then -1 else nullif(max_retries, 3) end, null,
    case when max_stalled is null then -1 else nullif(max_stalled, 3) end,
    case when timeout is null then -1 else nullif(timeout, 300000) end,
    null, created_at, payload, payload_raw, null,
    case when headers is not null
      then :"schema".extras_of(queue, id, null, headers, null, null, null, null, 0, v_now) end,
    place, queue
  into c.summary, c.queue, c.queue_id, c.id, c.name, c.codec, c.version, c.priority, c.attempt, c.max_retries, c.stalls, c.max_stalled,
    c.timeout, c.fence, c.created_at, c.payload, c.payload_raw, c.is_rare, c.extra, c.place, v_queue;
  if found then
    return next c;
    if random() * :"schema".mark_pace() < 1 then
      select * into q from :"schema".queue where id = v_queue;
      perform :"schema".raise_mark(q, p_priority, p_priority, v_now);
    end if;
    c := null;
    c.summary := jsonb_build_object('added', true, 'from', jsonb_build_array(v_queue, p_queue, v_fence::text));
    return next c;
    return;
  end if;

  -- As `enqueue_one` does it, but nobody is told yet.
  insert into :"schema".job (
    queue, id, name, codec, version, priority, max_retries, max_stalled, timeout, headers, payload, payload_raw, state, created_at,
    place
  )
  select k.id, p_id, p_name, p_codec, p_version, p_priority, p_max_retries, p_max_stalled, p_timeout, p_headers, p_payload,
    p_payload_raw, 0, v_now, nextval(':"schema".job_place')
  from :"schema".queue k
  where k.name = p_queue and not k.paused and not k.has_flows and k.max_size is null and k.concurrency is null and k.rate_limit is null
  on conflict (id, queue) do nothing
  returning queue into v_queue;
  v_is_added := found;
  if not v_is_added then
    v_is_added := :"schema".enqueue_one(
      p_queue, p_id, p_name, p_codec, p_version, p_priority, p_max_retries, p_max_stalled, p_timeout, p_headers, p_payload,
      p_payload_raw, null, null
    );
  end if;
  for c in
    select * from :"schema".claim_one(p_worker, p_lease, '{}', '{}', '{}', '{}', p_queue, p_limit, false)
  loop
    if c.summary is not null then c.summary := c.summary || jsonb_build_object('added', v_is_added); end if;
    return next c;
  end loop;
  if v_queue is not null and exists (select from :"schema".job where id = p_id and queue = v_queue and state + 0 = 0) then
    select * into q from :"schema".queue where id = v_queue;
    perform :"schema".ring(q);
  end if;
end $$;
