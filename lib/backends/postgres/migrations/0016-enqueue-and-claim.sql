-- An enqueue that is a claim as well.

-- Adds one plain job, due at once, to a queue that the same process serves and that has no limits. Where nobody is in line, nothing is overdue
-- and nobody is to be told of an end, it is claimed as it is written: one call, one commit and no notification, where the job of an
-- idle queue waited for two calls, a commit and a notification. Else it is added as by `enqueue_one`, and nothing is claimed.
-- Result: the job, where it is claimed, as `claim` has it; then the summary, with `added` as `enqueue_one` answers.
create function :"schema".enqueue_and_claim(
  p_worker text, p_lease double precision, p_queue text, p_id text, p_name text, p_codec text, p_version integer, p_priority smallint,
  p_max_retries integer, p_max_stalled integer, p_timeout double precision, p_headers text, p_payload text, p_payload_raw bytea
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
  v_place bigint;
  v_moment bigint;
  q :"schema".queue;
  c :"schema".claimed_job;
begin
  select k.id, d.moment into v_queue, v_moment
  from :"schema".queue k left join lateral (
    select * from :"schema".mark where queue = k.id order by generation desc limit 1
  ) m on true cross join lateral (
    select least(
      (select moment from :"schema".job where queue = k.id and state = 5 and moment >= coalesce(m.floors[23], 0) order by moment limit 1),
      (select moment from :"schema".job where queue = k.id and state = 3 and moment >= coalesce(m.floors[22], 0) order by moment limit 1),
      (select moment from :"schema".job where queue = k.id and state = 6 and moment >= coalesce(m.floors[24], 0) order by moment limit 1),
      (select moment from :"schema".timer where queue = k.id and moment >= 0 order by moment limit 1)
    ) as moment
  ) d
  where k.name = p_queue and not k.paused and not k.has_flows and k.max_size is null and k.concurrency is null and k.rate_limit is null
    -- A lease that ends below the mark has to lower it first.
    and coalesce(greatest(m.floors[23], m.nexts[23], m.latest[23]) <= v_expiry, true)
    and coalesce(d.moment > v_now, true)
    and not exists (select from :"schema".ending where queue = k.id)
    and not exists (
      select from unnest(
        coalesce(m.highest, '{32767}'), coalesce(m.lowest, '{-32768}'), coalesce(m.begins, '{-9223372036854775808}')
      ) h (highest, lowest, begins) cross join lateral (
        select from :"schema".job j where j.queue = k.id and j.state = 0
          and j.priority <= h.highest and j.priority >= h.lowest and j.place >= h.begins
        limit 1
      ) l
    );
  if found then
    insert into :"schema".job (
      queue, id, name, codec, version, priority, max_retries, max_stalled, timeout, headers, payload, payload_raw, created_at, place,
      state, attempt, fence, moment, started_at, worker
    ) values (
      v_queue, p_id, p_name, p_codec, p_version, p_priority, p_max_retries, p_max_stalled, p_timeout, p_headers, p_payload,
      p_payload_raw, v_now, nextval(':"schema".job_place'), 5, 1, v_fence, v_expiry, v_now, p_worker
    ) on conflict (id, queue) do nothing
    returning place into v_place;
  end if;
  if not found then
    c.summary := jsonb_build_object('added', :"schema".enqueue_one(
      p_queue, p_id, p_name, p_codec, p_version, p_priority, p_max_retries, p_max_stalled, p_timeout, p_headers, p_payload,
      p_payload_raw, null, null
    ));
    return next c;
    return;
  end if;
  return query select null::jsonb, null::text, null::integer, p_id, p_name, nullif(p_codec, 'json'), nullif(p_version, 1),
    nullif(p_priority, 5::smallint), null::integer, case when p_max_retries is null then -1 else nullif(p_max_retries, 3) end,
    null::integer, case when p_max_stalled is null then -1 else nullif(p_max_stalled, 3) end,
    case when p_timeout is null then -1 else nullif(p_timeout, 300000) end, null::bigint, v_now, p_payload, p_payload_raw,
    null::boolean, case when p_headers is not null
      then :"schema".extras_of(v_queue, p_id, null, p_headers, null, null, null, null, 0, v_now) end, v_place;
  if random() * :"schema".mark_pace() < 1 then
    select * into q from :"schema".queue where id = v_queue;
    perform :"schema".raise_mark(q, p_priority, p_priority, v_now);
  end if;
  c.summary := jsonb_build_object(
    'added', true, 'from', jsonb_build_array(v_queue, p_queue, v_fence::text), 'next', least(v_moment, v_expiry) - v_now
  );
  return next c;
end $$;
