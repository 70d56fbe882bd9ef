-- An enqueue that takes along the claim that it has called for.

-- Adds one plain job, due at once, to a queue that the same process serves, then claims from that queue: one call, one commit and no
-- notification, where the job of an idle queue waited for two calls, a commit and a notification. Nobody else is told of the job unless this
-- claim leaves it, and a claim that could not have been made does not undo the job: it is made again alone.
-- Result: as `claim` has it; the summary has `added` as `enqueue_one` answers.
create function :"schema".enqueue_and_claim(
  p_worker text, p_lease double precision, p_limit integer, p_queue text, p_id text, p_name text, p_codec text, p_version integer,
  p_priority smallint, p_max_retries integer, p_max_stalled integer, p_timeout double precision, p_headers text, p_payload text,
  p_payload_raw bytea
) returns setof :"schema".claimed_job
language plpgsql volatile
as $$
declare
  v_queue integer;
  v_is_added boolean;
  q :"schema".queue;
  c :"schema".claimed_job;
begin
  -- As `enqueue_one` does it.
  insert into :"schema".job (
    queue, id, name, codec, version, priority, max_retries, max_stalled, timeout, headers, payload, payload_raw, state, created_at,
    place
  )
  select k.id, p_id, p_name, p_codec, p_version, p_priority, p_max_retries, p_max_stalled, p_timeout, p_headers, p_payload,
    p_payload_raw, 0, :"schema".now_ms(), nextval(':"schema".job_place')
  from (
    select id, pg_current_xact_id() from :"schema".queue
    where name = p_queue and not paused and not has_flows and max_size is null and concurrency is null and rate_limit is null
    offset 0
  ) k
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
