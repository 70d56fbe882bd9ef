-- What is told of jobs and queues, and what keeps them small.

-- Everything that is known of a job.
create view :"schema".job_record as
  select q.name as queue_name, j.*,
    case when j.state in (0, 2) and q.paused then 'paused'
      when j.state = 1 then case
        when :"schema".has_slot(j.queue, j.key, (:"schema".limits_of(q, j.key)).concurrency) then 'key-rate' else 'key-concurrency' end
    end as reason,
    case when j.policy is not null then (
      select jsonb_agg(jsonb_build_array(p.name, d.parent_id) order by d.n)
      from :"schema".dependency d join :"schema".queue p on p.id = d.parent_queue where d.queue = j.queue and d.id = j.id
    ) end as parents
  from (
    select queue, id, state, priority, place, moment, attempt, stalls, fence, created_at, started_at, worker, name, codec, version,
      max_retries, max_stalled, timeout, headers, payload, payload_raw, key, external, idempotency_key, unique_key, policy,
      cancel_reason, awaits, checkpoint, checkpoint_raw, progress, error, failures, replays,
      null::text as result, null::bytea as result_raw, null::bigint as finished_at
    from :"schema".job
    union all
    select queue, id, state, priority, place, moment, attempt, stalls, fence, created_at, started_at, worker, name, codec, version,
      max_retries, max_stalled, timeout, headers, payload, payload_raw, key, external, idempotency_key, unique_key, policy,
      cancel_reason, awaits, checkpoint, checkpoint_raw, progress, error, failures, replays,
      result, result_raw, finished_at
    from :"schema".finished
  ) j join :"schema".queue q on q.id = j.queue;

create function :"schema".get_jobs(p_queue text[], p_id text[]) returns setof :"schema".job_record
language plpgsql volatile
set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off set enable_bitmapscan = off set jit = off
set plan_cache_mode = force_generic_plan
as $$
declare
  v_name text;
  v_queue integer;
begin
  perform :"schema".sweep_all(p_queue, :"schema".now_ms());
  for v_name in select distinct u from unnest(p_queue) u loop
    select id into v_queue from :"schema".queue where name = v_name;
    -- Constants find their way into both halves of the view, a join does not.
    return query select r.* from :"schema".job_record r
      where r.queue = v_queue and r.id = any(array(select u.id from unnest(p_queue, p_id) u (queue, id) where u.queue = v_name));
  end loop;
end $$;

-- Where one state lists its jobs: rank and order, then the id. Up to so many behind a place.
create function :"schema".listed(
  p_queue integer, p_state text, p_is_ascending boolean, p_limit integer, p_before bigint, p_after bigint[], p_after_id text
) returns table (rank bigint, place bigint, id text)
language plpgsql stable as $$
declare
  v_parts text[];
  v_where text := '';
  v_order text;
  v_up text := case when p_is_ascending then 'asc' else 'desc' end;
  v_down text := case when p_is_ascending then 'desc' else 'asc' end;
begin
  v_parts := case p_state
    when 'pending' then array['20 - priority|place|job where queue = $1 and state = 0',
      '20 - priority|place|job where queue = $1 and state = 1', '20 - priority|place|job where queue = $1 and state = 2']
    when 'scheduled' then array['moment|place|job where queue = $1 and state = 3 and state >= 3']
    when 'waiting' then array['moment|place|job where queue = $1 and state = 4 and state >= 3']
    when 'running' then array['started_at|place|job where queue = $1 and state = 5 and state >= 3']
    when 'retrying' then array['moment|place|job where queue = $1 and state = 6 and state >= 3']
    when 'completed' then array['finished_at|ord|finished where queue = $1 and state = 7']
    when 'failed' then array['finished_at|ord|finished where queue = $1 and state = 8']
    else array['finished_at|ord|finished where queue = $1 and state = 9']
  end;
  v_order := case when p_state = 'pending' then format('priority %s, place %s, id %s', v_down, v_up, v_up)
    else format('1 %s, 2 %s, id %s', v_up, v_up, v_up) end;
  return query execute format(
    'select * from (%s) u order by 1 %s, 2 %s, 3 %s limit $2',
    (select string_agg(format(
      '(select (%1$s)::bigint, %2$s, id from :"schema".%3$s%4$s%5$s order by %6$s limit $2)',
      split_part(x, '|', 1), split_part(x, '|', 2), split_part(x, '|', 3),
      case when p_before is not null then ' and finished_at < $3' else '' end,
      case when p_after is not null then format(
        ' and (%1$s) %3$s= $4 and ((%1$s)::bigint, %2$s, id) %3$s ($4, $5, $6)',
        split_part(x, '|', 1), split_part(x, '|', 2), case when p_is_ascending then '>' else '<' end
      ) else '' end,
      v_order
    ), ' union all ') from unnest(v_parts) x),
    v_up, v_up, v_up
  ) using p_queue, p_limit, p_before, p_after[1], p_after[2], p_after_id;
end $$;

-- Lists jobs of one queue, the states in the order in which they are named, all as they were at one moment. So a stable function
-- sees them; else a job that completes meanwhile was listed both as running and as completed.
-- @param p_after_state where to go on, with `p_after` and `p_after_id`
create function :"schema".jobs_at_once(
  p_queue integer, p_states text[], p_is_ascending boolean, p_limit integer, p_before bigint, p_after_state text, p_after bigint[],
  p_after_id text
) returns table (
  listed_state text, rank bigint, rank_place bigint, listed_id text, has_more boolean, job :"schema".job_record
)
language plpgsql stable as $$
declare
  v_has_begun boolean := p_after_state is null;
  v_found integer := 0;
  s text;
  l record;
begin
  foreach s in array p_states loop
    v_has_begun := v_has_begun or s = p_after_state;
    continue when not v_has_begun or p_before is not null and s not in ('completed', 'failed', 'cancelled');
    for l in
      select * from :"schema".listed(
        p_queue, s, p_is_ascending, p_limit + 1 - v_found, p_before,
        case when s = p_after_state then p_after end, case when s = p_after_state then p_after_id end
      )
    loop
      v_found := v_found + 1;
      has_more := v_found > p_limit;
      listed_state := s;
      rank := l.rank;
      rank_place := l.place;
      listed_id := l.id;
      if not has_more then
        select * into job from :"schema".job_record r where r.queue = p_queue and r.id = l.id;
      end if;
      return next;
    end loop;
    exit when v_found > p_limit;
  end loop;
end $$;

-- Does what is overdue, then lists jobs of one queue.
create function :"schema".find_jobs(
  p_queue text, p_states text[], p_is_ascending boolean, p_limit integer, p_before bigint, p_older_than double precision,
  p_after_state text, p_after bigint[], p_after_id text
) returns table (
  listed_state text, rank bigint, rank_place bigint, listed_id text, has_more boolean, job :"schema".job_record
)
language plpgsql volatile
set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off set enable_bitmapscan = off set enable_sort = off set jit = off
set plan_cache_mode = force_generic_plan
as $$
declare
  v_now bigint := :"schema".now_ms();
  v_queue integer;
begin
  perform :"schema".sweep_all(array[p_queue], v_now);
  select id into v_queue from :"schema".queue where name = p_queue;
  return query select * from :"schema".jobs_at_once(
    v_queue, p_states, p_is_ascending, p_limit, least(p_before, v_now - ceil(p_older_than)::bigint + 1), p_after_state, p_after, p_after_id
  );
end $$;

-- Queues at a glance: counts in the order of the states, taken from what is stored; and since when the job is ready that has been
-- ready longest of those at the heads of their priorities, or of those that lie at another broker.
create function :"schema".inspect_queues(p_queues text[])
returns table (n bigint, counts bigint[], is_paused boolean, ready_since bigint)
language plpgsql volatile
set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off set enable_bitmapscan = off set jit = off
set plan_cache_mode = force_generic_plan
as $$
declare
  q :"schema".queue;
  v_name text;
begin
  perform :"schema".sweep_all(p_queues, :"schema".now_ms());
  for n, v_name in select u.n, u.name from unnest(p_queues) with ordinality u (name, n) loop
    select * into q from :"schema".queue where name = v_name;
    continue when not found;
    is_paused := q.paused;
    counts := array[
      (select count(*) from :"schema".job where queue = q.id and state = 0)
        + (select count(*) from :"schema".job where queue = q.id and state = 1)
        + (select count(*) from :"schema".job where queue = q.id and state = 2),
      (select count(*) from :"schema".job where queue = q.id and state = 3),
      (select count(*) from :"schema".job where queue = q.id and state = 4),
      (select count(*) from :"schema".job where queue = q.id and state = 5),
      (select count(*) from :"schema".job where queue = q.id and state = 6),
      (select count(*) from :"schema".finished where queue = q.id and state = 7),
      (select count(*) from :"schema".finished where queue = q.id and state = 8),
      (select count(*) from :"schema".finished where queue = q.id and state = 9)
    ];
    select min(coalesce(h.ready_at, h.created_at)) into ready_since
      from generate_series(0, 20) p, lateral (
        select j.ready_at, j.created_at from :"schema".job j
        where j.queue = q.id and j.state = 0 and j.priority = p order by j.place limit 1
      ) h;
    ready_since := least(
      ready_since,
      (select min(coalesce(j.ready_at, j.created_at)) from :"schema".job j where j.queue = q.id and j.state = 2)
    );
    return next;
  end loop;
end $$;

-- Takes note of what was published, then hands out external jobs that are ready and that nobody has published.
-- A row with `next_in`, ms until something could be new, ends the answer.
create function :"schema".forward_jobs(p_confirm jsonb, p_take jsonb, p_lease double precision)
returns table (next_in bigint, job :"schema".job_record)
language plpgsql volatile
set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off set enable_bitmapscan = off set jit = off
set plan_cache_mode = force_generic_plan
as $$
declare
  v_now bigint := :"schema".now_ms();
  v_next bigint;
  q :"schema".queue;
  c jsonb;
  v_ids text[];
begin
  perform :"schema".sweep_all(
    array(select x.value ->> 'queue' from jsonb_array_elements(p_confirm || p_take) x), v_now
  );
  for c in select x.value from jsonb_array_elements(p_confirm) x loop
    update :"schema".job j set forward_at = null from :"schema".queue n
      where n.name = c ->> 'queue' and j.queue = n.id and j.id = c ->> 'id' and j.state + 0 = 2
        and j.fence = (c ->> 'fence')::bigint;
  end loop;
  for c in select x.value from jsonb_array_elements(p_take) x loop
    q := :"schema".queue_named(c ->> 'queue');
    v_next := least(v_next, :"schema".not_before(:"schema".next_moment(q.id), v_now));
    continue when q.paused;
    v_ids := array(
      select j.id from :"schema".job j where j.queue = q.id and j.state = 2 and j.forward_at <= v_now
      order by j.forward_at, j.place limit (c ->> 'limit')::integer for no key update skip locked
    );
    update :"schema".job j set forward_at = v_now + ceil(p_lease)::bigint where j.queue = q.id and j.id = any(v_ids);
    for job in select r.* from :"schema".job_record r where r.queue = q.id and r.id = any(v_ids) order by r.place loop
      return next;
    end loop;
    v_next := least(v_next, (
      select j.forward_at from :"schema".job j where j.queue = q.id and j.state = 2 and j.forward_at is not null
      order by j.forward_at limit 1
    ));
  end loop;
  job := null;
  if v_next is not null then next_in := greatest(0, v_next - v_now); end if;
  return next;
end $$;

-- Drops finished jobs of these ids but those that others need, which are set aside; what is left of each is its tombstone.
create function :"schema".drop_finished(q :"schema".queue, p_ids text[], p_ttl bigint, p_now bigint) returns void
language plpgsql volatile as $$
declare
  f record;
  v_kin record;
begin
  with dropped as (
    delete from :"schema".finished x where x.queue = q.id and x.id = any(p_ids) and x.policy is null and not exists (
      select from :"schema".dependency d where d.parent_queue = x.queue and d.parent_id = x.id
    ) returning x.id, x.state, x.finished_at
  )
  insert into :"schema".tombstone select q.id, d.id, d.state, least(p_now, d.finished_at + p_ttl) from dropped d
    on conflict (id, queue) do update set state = excluded.state, at = excluded.at;
  for f in
    select t.id, t.state, t.finished_at, t.broken from :"schema".finished t where t.queue = q.id and t.id = any(p_ids)
  loop
    if :"schema".is_needed(q.id, f.id, f.broken) then
      update :"schema".finished set held = true where queue = q.id and id = f.id;
    else
      v_kin := :"schema".kin_of(q.id, f.id);
      perform :"schema".bury(q.id, f.id, f.state, least(p_now, f.finished_at + p_ttl));
      if v_kin.ids is not null then perform :"schema".release_held(v_kin.queues, v_kin.ids, p_now); end if;
    end if;
  end loop;
end $$;

-- Drops what is over the bounds of a queue, up to a number of each kind. @return whether there may be more
create function :"schema".trim_queue(q :"schema".queue, p_most integer, p_now bigint) returns boolean
language plpgsql volatile as $$
declare
  v_completed_ttl bigint := coalesce(q.completed_ttl, 3600000);
  v_failed_ttl bigint := coalesce(q.failed_ttl, 604800000);
  v_over bigint;
  v_ids text[];
  v_at bigint;
  v_more integer;
  v_some integer;
  v_is_full boolean := false;
begin
  -- One at a time on a queue: who comes second finds it done.
  perform pg_advisory_xact_lock(':"schema".finished'::regclass::oid::integer, q.id);
  -- Completed and cancelled ones share their bounds.
  v_over := least(p_most, (
    select count(*) from :"schema".finished where queue = q.id and state = 7 and not held
  ) + (
    select count(*) from :"schema".finished where queue = q.id and state = 9 and not held
  ) - coalesce(q.completed_max, 10000));
  v_ids := array(
    select id from :"schema".finished where queue = q.id and id = any(array(
      select u.id from (
        (select id, finished_at, ord from :"schema".finished where queue = q.id and state = 7 and not held
          order by finished_at, ord limit p_most)
        union all
        (select id, finished_at, ord from :"schema".finished where queue = q.id and state = 9 and not held
          order by finished_at, ord limit p_most)
      ) u where u.finished_at <= p_now - v_completed_ttl or v_over > 0
      order by u.finished_at, u.ord
      limit greatest(v_over, 0) + case when v_over < p_most then p_most else 0 end
    )) for update skip locked
  );
  if v_over < p_most then
    -- By number no more than what is over; by age all.
    v_ids := array(
      select u.id from (
        select id, finished_at, row_number() over (order by finished_at, ord) as n
        from :"schema".finished where queue = q.id and id = any(v_ids)
      ) u where u.n <= v_over or u.finished_at <= p_now - v_completed_ttl
    );
  end if;
  if cardinality(v_ids) > 0 then
    perform :"schema".drop_finished(q, v_ids, v_completed_ttl, p_now);
    v_is_full := cardinality(v_ids) >= p_most;
  end if;
  v_over := 0;
  if q.failed_max is not null then
    v_over := (select count(*) from :"schema".finished where queue = q.id and state = 8 and not held) - q.failed_max;
  end if;
  v_ids := array(
    select f.id from :"schema".finished f where f.queue = q.id and f.id = any(array(
      select u.id from (
        select id, finished_at, row_number() over (order by finished_at, ord) as n from (
          select id, finished_at, ord from :"schema".finished where queue = q.id and state = 8 and not held
          order by finished_at, ord limit p_most
        ) h
      ) u where u.n <= v_over or u.finished_at <= p_now - v_failed_ttl
    )) for update skip locked
  );
  if cardinality(v_ids) > 0 then
    perform :"schema".drop_finished(q, v_ids, v_failed_ttl, p_now);
    v_is_full := v_is_full or cardinality(v_ids) >= p_most;
  end if;
  delete from :"schema".tombstone where queue = q.id and id = any(array(
    select id from :"schema".tombstone where queue = q.id and at >= 0 and at <= p_now - 3600000 order by at limit p_most
  ));
  get diagnostics v_some = row_count;
  select at into v_at from :"schema".tombstone where queue = q.id and at >= 0 order by at desc offset 10000 limit 1;
  if found then
    delete from :"schema".tombstone where queue = q.id and id = any(array(
      select id from :"schema".tombstone where queue = q.id and at >= 0 and at <= v_at order by at limit p_most
    ));
    get diagnostics v_more = row_count;
    v_some := greatest(v_some, v_more);
  end if;
  delete from :"schema".held_key where queue = q.id and (kind, key) in (
    select k.kind, k.key from :"schema".held_key k where k.queue = q.id and k.until_ms <= p_now order by k.until_ms limit p_most
  );
  return v_is_full or v_some >= p_most;
end $$;

-- Does what is overdue on queues.
create function :"schema".recover_queues(
  p_queues text[], p_most integer, out recovered integer, out next_in bigint, out ended jsonb, out has_more boolean
)
language plpgsql volatile
set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off set enable_bitmapscan = off set jit = off
set plan_cache_mode = force_generic_plan
as $$
declare
  v_now bigint := :"schema".now_ms();
  v_next bigint;
  v_seen integer[] := '{}';
  q :"schema".queue;
begin
  recovered := 0;
  has_more := false;
  for q in select * from :"schema".queue where name = any(p_queues) order by id loop
    v_seen := v_seen || q.id;
    perform :"schema".check_mark(q.id);
    recovered := recovered + :"schema".sweep(q, v_now);
    has_more := :"schema".trim_queue(q, p_most, v_now) or has_more;
    v_next := least(v_next, :"schema".next_moment(q.id));
  end loop;
  if v_next is not null then next_in := greatest(0, v_next - v_now); end if;
  ended := :"schema".tell_endings(v_seen);
  delete from :"schema".ending where ord <= (select ord from :"schema".ending order by ord desc offset 1000 limit 1);
end $$;

-- Drops what is over the bounds of a queue. @return whether there may be more
create function :"schema".trim(p_queue integer, p_most integer) returns boolean
language plpgsql volatile
set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off set enable_bitmapscan = off set jit = off
set plan_cache_mode = force_generic_plan
as $$
declare
  q :"schema".queue;
begin
  select * into q from :"schema".queue where id = p_queue;
  return found and :"schema".trim_queue(q, p_most, :"schema".now_ms());
end $$;
