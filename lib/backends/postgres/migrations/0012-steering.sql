-- What is done to jobs from outside of their runs, and what running jobs say of themselves.

create function :"schema".sweep_all(p_queues text[], p_now bigint) returns integer
language plpgsql volatile as $$
declare
  v_lost integer := 0;
  q :"schema".queue;
begin
  for q in select * from :"schema".queue where name = any(p_queues) order by id loop
    v_lost := v_lost + :"schema".sweep(q, p_now);
  end loop;
  return v_lost;
end $$;

-- Takes note of the limits of queues: the latest word holds for all processes. New limits of keys apply to who is in already, so
-- nobody is thrown out.
create function :"schema".declare_queues(p_queues jsonb) returns void
language plpgsql volatile
set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off set enable_bitmapscan = off set jit = off
set plan_cache_mode = force_generic_plan
as $$
declare
  d jsonb;
  old :"schema".queue;
  q :"schema".queue;
  j :"schema".job;
begin
  for d in select x.value from jsonb_array_elements(p_queues) x order by x.value ->> 'name' loop
    old := :"schema".queue_named(d ->> 'name');
    q := old;
    q.concurrency := d ->> 'concurrency';
    q.rate_limit := d ->> 'rate_limit';
    q.rate_per := d ->> 'rate_per';
    q.rate_burst := d ->> 'rate_burst';
    q.max_size := d ->> 'max_size';
    q.key_concurrency := d ->> 'key_concurrency';
    q.key_rate := d -> 'key_rate';
    q.key_overrides := d -> 'key_overrides';
    q.completed_ttl := d ->> 'completed_ttl';
    q.completed_max := d ->> 'completed_max';
    q.failed_ttl := d ->> 'failed_ttl';
    q.failed_max := d ->> 'failed_max';
    continue when q is not distinct from old;
    perform :"schema".lock_queue(q.id);
    update :"schema".queue set
      concurrency = q.concurrency, rate_limit = q.rate_limit, rate_per = q.rate_per, rate_burst = q.rate_burst,
      max_size = q.max_size, key_concurrency = q.key_concurrency, key_rate = q.key_rate, key_overrides = q.key_overrides,
      completed_ttl = q.completed_ttl, completed_max = q.completed_max, failed_ttl = q.failed_ttl, failed_max = q.failed_max
    where id = q.id returning * into q;
    if (q.key_concurrency, q.key_rate, q.key_overrides) is distinct from (old.key_concurrency, old.key_rate, old.key_overrides) then
      for j in select * from :"schema".job where queue = q.id and state = 1 order by priority desc, place for update loop
        j.state := -1;
        perform :"schema".save(j);
        j := :"schema".admit(q, j, :"schema".now_ms(), :"schema".now_ms());
        perform :"schema".save(j);
      end loop;
    end if;
    perform :"schema".ring(q);
  end loop;
end $$;

create function :"schema".pause_queue(p_queue text, p_is_paused boolean) returns void
language plpgsql volatile as $$
declare
  q :"schema".queue := :"schema".queue_named(p_queue);
begin
  update :"schema".queue set paused = p_is_paused where id = q.id and paused <> p_is_paused;
  q.paused := p_is_paused;
  perform :"schema".ring(q);
end $$;

-- Lengthens leases from now. @return a letter for each: `h` held, `x` held and a cancel was requested, `l` lost
create function :"schema".extend_leases(
  p_queue_names text[], p_queue integer[], p_id text[], p_fence bigint[], p_lease double precision
) returns text
language plpgsql volatile
set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off set enable_bitmapscan = off set jit = off
set plan_cache_mode = force_generic_plan
as $$
declare
  v_now bigint := :"schema".now_ms();
  v_answers text;
begin
  perform :"schema".sweep_all(p_queue_names, v_now);
  with given as (
    select * from unnest(p_queue, p_id, p_fence) with ordinality u (queue, id, fence, n)
  ), extended as (
    update :"schema".job j set moment = v_now + ceil(p_lease)::bigint from given g
    where j.queue = g.queue and j.id = g.id and j.fence = g.fence and j.state + 0 = 5
    returning g.n, j.cancel_reason
  )
  select string_agg(case when e.n is null then 'l' when e.cancel_reason is null then 'h' else 'x' end, '' order by g.n)
    into v_answers from given g left join extended e on e.n = g.n;
  perform :"schema".lower_mark(u, 23, v_now + ceil(p_lease)::bigint) from (select distinct u from unnest(p_queue) u order by 1) u;
  return coalesce(v_answers, '');
end $$;

-- Writes what running jobs say of themselves; only the holder of each can. @return verdicts, a letter for each
create function :"schema".record_notes(p_notes jsonb) returns text
language plpgsql volatile
set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off set enable_bitmapscan = off set jit = off
set plan_cache_mode = force_generic_plan
as $$
declare
  n jsonb;
  v_answers text := '';
begin
  perform :"schema".sweep_all(
    array(select distinct x.value ->> 'name' from jsonb_array_elements(p_notes) x), :"schema".now_ms()
  );
  for n in select x.value from jsonb_array_elements(p_notes) x loop
    update :"schema".job set
      progress = coalesce(n ->> 'progress', progress),
      checkpoint = case when n ? 'checkpoint' or n ? 'checkpoint_raw' then n ->> 'checkpoint' else checkpoint end,
      checkpoint_raw = case when n ? 'checkpoint' or n ? 'checkpoint_raw' then decode(n ->> 'checkpoint_raw', 'base64')
        else checkpoint_raw end
    where queue = (n ->> 'queue')::integer and id = n ->> 'id' and fence = (n ->> 'fence')::bigint and state + 0 = 5;
    v_answers := v_answers || case when found then 'a'
      else :"schema".late_verdict((n ->> 'queue')::integer, n ->> 'id', (n ->> 'fence')::bigint) end;
  end loop;
  return v_answers;
end $$;

-- Leaves a named value with a job, and lets it go on if that is what it waits for.
create function :"schema".signal_job(p_queue text, p_id text, p_name text, p_value text) returns void
language plpgsql volatile
set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off set enable_bitmapscan = off set jit = off
set plan_cache_mode = force_generic_plan
as $$
declare
  v_now bigint := :"schema".now_ms();
  q :"schema".queue;
  j :"schema".job;
begin
  perform :"schema".lock_moves(array[p_queue]);
  perform :"schema".sweep_all(array[p_queue], v_now);
  select * into q from :"schema".queue where name = p_queue;
  select * into j from :"schema".job where queue = q.id and id = p_id for update;
  if not found then return; end if;
  j.signals := coalesce(j.signals, '{}') || jsonb_build_object(p_name, p_value);
  j.unused := array_append(array_remove(j.unused, p_name), p_name);
  if j.state = 4 and j.awaits = p_name then
    j.unused := array_remove(j.unused, p_name);
    j.awaits := null;
    j := :"schema".withdraw(q, j, v_now);
    j := :"schema".admit(q, j, v_now, v_now);
  end if;
  perform :"schema".save(j);
end $$;

-- Cancels jobs that wait; asks for it where one runs. The first reason stays.
-- @return a letter for each: `x` cancelled, now or since before, `r` requested, `f` finished otherwise, `u` unknown
create function :"schema".cancel_jobs(p_queue text[], p_id text[], p_reason text) returns text
language plpgsql volatile
set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off set enable_bitmapscan = off set jit = off
set plan_cache_mode = force_generic_plan
as $$
declare
  v_now bigint := :"schema".now_ms();
  v_answers text := '';
  v_state smallint;
  q :"schema".queue;
  j :"schema".job;
begin
  perform :"schema".lock_moves(p_queue);
  perform :"schema".sweep_all(p_queue, v_now);
  for n in 1..coalesce(cardinality(p_id), 0) loop
    select * into q from :"schema".queue where name = p_queue[n];
    select * into j from :"schema".job where queue = q.id and id = p_id[n] for update;
    if not found then
      select state into v_state from :"schema".finished where queue = q.id and id = p_id[n];
      v_answers := v_answers || case v_state when 9 then 'x' when 8 then 'f' when 7 then 'f' else 'u' end;
    elsif j.state = 5 then
      j.cancel_reason := coalesce(j.cancel_reason, p_reason);
      perform :"schema".save(j);
      v_answers := v_answers || 'r';
    else
      j := :"schema".withdraw(q, j, v_now);
      perform :"schema".finish_cancelled(q, j, p_reason, v_now);
      v_answers := v_answers || 'x';
    end if;
  end loop;
  return v_answers;
end $$;

-- Forgets a job that is not running, without a tombstone. @return whether it was there and is gone now
create function :"schema".remove_job(q :"schema".queue, p_id text, p_now bigint) returns boolean
language plpgsql volatile as $$
declare
  j :"schema".job;
  v_state smallint;
  v_kin record;
begin
  select * into j from :"schema".job where queue = q.id and id = p_id for update;
  if found then
    if j.state = 5 then return false; end if;
    v_kin := :"schema".kin_of(q.id, p_id);
    j := :"schema".withdraw(q, j, p_now);
    delete from :"schema".job where queue = q.id and id = p_id;
    perform :"schema".free_keys(j);
    delete from :"schema".dependency where queue = q.id and id = p_id;
    perform :"schema".resolve_dependents(q.id, p_id, false, p_now);
  else
    select state into v_state from :"schema".finished where queue = q.id and id = p_id for update;
    if not found then return false; end if;
    v_kin := :"schema".kin_of(q.id, p_id);
    j := :"schema".unshelve(q.id, p_id);
    perform :"schema".free_keys(j);
    delete from :"schema".dependency where queue = q.id and id = p_id;
    -- Whoever has still to run is told how it ended.
    update :"schema".dependency set noted = v_state where parent_queue = q.id and parent_id = p_id;
  end if;
  if v_kin.ids is not null then perform :"schema".release_held(v_kin.queues, v_kin.ids, p_now); end if;
  return true;
end $$;

-- @return how many were there and are gone now
create function :"schema".remove_jobs(p_queue text[], p_id text[]) returns integer
language plpgsql volatile
set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off set enable_bitmapscan = off set jit = off
set plan_cache_mode = force_generic_plan
as $$
declare
  v_now bigint := :"schema".now_ms();
  v_count integer := 0;
  q :"schema".queue;
begin
  perform :"schema".lock_moves(p_queue);
  perform :"schema".sweep_all(p_queue, v_now);
  for n in 1..coalesce(cardinality(p_id), 0) loop
    select * into q from :"schema".queue where name = p_queue[n];
    if found and :"schema".remove_job(q, p_id[n], v_now) then v_count := v_count + 1; end if;
  end loop;
  return v_count;
end $$;

-- Removes jobs of one queue in these states, up to a number: who calls goes on until there are none. @return how many
create function :"schema".clear_queue(p_queue text, p_states smallint[], p_most integer) returns integer
language plpgsql volatile
set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off set enable_bitmapscan = off set jit = off
set plan_cache_mode = force_generic_plan
as $$
declare
  v_now bigint := :"schema".now_ms();
  v_count integer := 0;
  v_some integer;
  v_ids text[];
  v_id text;
  s smallint;
  q :"schema".queue;
begin
  perform :"schema".lock_moves(array[p_queue]);
  perform :"schema".sweep_all(array[p_queue], v_now);
  select * into q from :"schema".queue where name = p_queue;
  if not found then return 0; end if;
  foreach s in array p_states loop
    exit when v_count >= p_most;
    v_ids := case
      when s = 0 then array(select id from :"schema".job where queue = q.id and state = 0 limit p_most - v_count for update)
      when s = 1 then array(select id from :"schema".job where queue = q.id and state = 1 limit p_most - v_count for update)
      when s = 2 then array(select id from :"schema".job where queue = q.id and state = 2 limit p_most - v_count for update)
      when s < 7 then
        array(select id from :"schema".job where queue = q.id and state >= 3 and state = s limit p_most - v_count for update)
      else array(select id from :"schema".finished where queue = q.id and state = s limit p_most - v_count for update)
    end;
    -- What has nothing that others could care for goes at once.
    if s < 7 then
      delete from :"schema".job j where j.queue = q.id and j.id = any(v_ids) and j.state + 0 = s and j.key is null
        and j.unique_key is null and j.idempotency_key is null and j.policy is null and j.awaits is null and not exists (
          select from :"schema".dependency d where d.parent_queue = j.queue and d.parent_id = j.id
        );
    else
      delete from :"schema".finished j where j.queue = q.id and j.id = any(v_ids)
        and j.unique_key is null and j.idempotency_key is null and j.policy is null and not exists (
          select from :"schema".dependency d where d.parent_queue = j.queue and d.parent_id = j.id
        );
    end if;
    get diagnostics v_some = row_count;
    v_count := v_count + v_some;
    if v_some < cardinality(v_ids) then
      foreach v_id in array v_ids loop
        if :"schema".remove_job(q, v_id, v_now) then v_count := v_count + 1; end if;
      end loop;
    end if;
  end loop;
  return v_count;
end $$;

-- Puts dead letters back, as if they had never run, but for their fence; dependents that were cancelled because of one wait again.
-- @return a letter for each: `r` retried, `n` not dead, `u` unknown
create function :"schema".retry_dead(
  p_queue text[], p_id text[], p_delay double precision, p_has_payload boolean, p_payload text, p_payload_raw text
) returns text
language plpgsql volatile
set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off set enable_bitmapscan = off set jit = off
set plan_cache_mode = force_generic_plan
as $$
declare
  v_now bigint := :"schema".now_ms();
  v_answers text := '';
  v_state smallint;
  q :"schema".queue;
  j :"schema".job;
begin
  perform :"schema".lock_moves(p_queue);
  perform :"schema".sweep_all(p_queue, v_now);
  for n in 1..coalesce(cardinality(p_id), 0) loop
    select * into q from :"schema".queue where name = p_queue[n];
    select state into v_state from :"schema".finished where queue = q.id and id = p_id[n] for update;
    if not found then
      v_answers := v_answers || case
        when exists (select from :"schema".job where queue = q.id and id = p_id[n]) then 'n' else 'u' end;
    elsif v_state <> 8 then
      v_answers := v_answers || 'n';
    else
      j := :"schema".unshelve(q.id, p_id[n]);
      j.attempt := 0;
      j.stalls := 0;
      j.replays := j.replays + 1;
      if p_has_payload then
        j.payload := p_payload;
        j.payload_raw := decode(p_payload_raw, 'base64');
      end if;
      perform :"schema".restore_unique(j);
      if p_delay > 0 then
        j := :"schema".defer(q, j, 3, v_now + round(p_delay)::bigint);
      else
        j := :"schema".admit(q, j, v_now, v_now);
      end if;
      insert into :"schema".job values (j.*);
      perform :"schema".reopen_dependents(q.id, p_id[n], v_now);
      v_answers := v_answers || 'r';
    end if;
  end loop;
  return v_answers;
end $$;
