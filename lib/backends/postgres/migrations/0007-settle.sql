-- What a worker says of the run of a job, one job at a time; completions of plain jobs go together, in the claim.

-- Whoever settled it believes that it will run again: that it has ended, somebody must be told.
create function :"schema".cancel_instead(q :"schema".queue, j :"schema".job, p_now bigint) returns void
language plpgsql volatile as $$
begin
  perform :"schema".finish_cancelled(q, j, j.cancel_reason, p_now);
  perform :"schema".note_ending(j, null, j.cancel_reason);
end $$;

-- Puts a job that runs no more where it is to run again from: `p_at` a moment, or at once.
create function :"schema".run_again(q :"schema".queue, j :"schema".job, p_state integer, p_wait double precision, p_now bigint) returns void
language plpgsql volatile as $$
begin
  if j.key is not null and :"schema".has_key_limits(q) then
    -- Who waits behind its key goes first.
    j.state := -1;
    j.moment := null;
    perform :"schema".save(j);
    perform :"schema".let_in(q, j.key, p_now);
  end if;
  if p_wait > 0 then
    j := :"schema".defer(q, j, p_state, p_now + round(p_wait)::bigint);
  else
    j := :"schema".admit(q, j, p_now, p_now);
  end if;
  perform :"schema".save(j);
end $$;

create function :"schema".release_job(q :"schema".queue, j :"schema".job, s jsonb, p_now bigint) returns void
language plpgsql volatile as $$
declare
  v_wait double precision := s ->> 'in';
  v_awaits text := s ->> 'awaits';
begin
  if s ? 'checkpoint' or s ? 'checkpoint_raw' then
    j.checkpoint := s ->> 'checkpoint';
    j.checkpoint_raw := decode(s ->> 'checkpoint_raw', 'base64');
  end if;
  if not (s ->> 'counts')::boolean then j.attempt := j.attempt - 1; end if;
  if j.cancel_reason is not null then
    perform :"schema".cancel_instead(q, j, p_now);
  elsif v_wait is null and v_awaits is null then
    -- Back to the place that it was taken from; it keeps its key's slot.
    j.state := case when j.external then 2 else 0 end;
    j.moment := null;
    j.ready_at := p_now;
    j.forward_at := case when j.external then p_now end;
    perform :"schema".save(j);
    if not coalesce(j.external, false) then perform :"schema".lower_mark(q.id, j.priority + 1, j.place); end if;
    perform :"schema".ring(q);
  elsif v_wait <= 0 or v_awaits is null then
    perform :"schema".run_again(q, j, 3, v_wait, p_now);
  elsif v_awaits = any(j.unused) then
    j.unused := array_remove(j.unused, v_awaits);
    perform :"schema".run_again(q, j, 3, 0, p_now);
  else
    j.awaits := v_awaits;
    j.state := 4;
    j.moment := j.created_at;
    perform :"schema".save(j);
    if v_wait is not null then
      insert into :"schema".timer values (q.id, 'w', j.id, p_now + round(v_wait)::bigint)
        on conflict (queue, kind, subject) do update set moment = excluded.moment;
      perform :"schema".ring_if_earlier(q, p_now + round(v_wait)::bigint);
    end if;
    perform :"schema".free_slot(q, j.key, p_now);
  end if;
end $$;

-- Why a run does not hold its job: `l` settled already, `s` somebody else has it, `u` there is no such job.
create function :"schema".late_verdict(p_queue integer, p_id text, p_fence bigint) returns text
language plpgsql volatile as $$
begin
  return coalesce(
    (select case when state <> 5 and fence = p_fence then 'l' else 's' end from :"schema".job where queue = p_queue and id = p_id),
    (select case when fence = p_fence then 'l' else 's' end from :"schema".finished where queue = p_queue and id = p_id),
    'u'
  );
end $$;

-- @return `a` applied, or why not
create function :"schema".settle_one(s jsonb, p_now bigint) returns text
language plpgsql volatile as $$
declare
  j :"schema".job;
  q :"schema".queue;
  v_kind text := s ->> 'kind';
begin
  select * into j from :"schema".job where queue = (s ->> 'queue')::integer and id = s ->> 'id' for update;
  if not found or j.state <> 5 or j.fence <> (s ->> 'fence')::bigint then
    return :"schema".late_verdict((s ->> 'queue')::integer, s ->> 'id', (s ->> 'fence')::bigint);
  end if;
  select * into q from :"schema".queue where id = j.queue;
  if s ? 'progress' then j.progress := s ->> 'progress'; end if;
  case v_kind
    when 'c' then
      perform :"schema".finish(q, j, 7, s ->> 'result', decode(s ->> 'result_raw', 'base64'), p_now);
    when 'f' then
      j.error := s ->> 'error';
      j := :"schema".note_failure(j, s ->> 'short', p_now);
      perform :"schema".finish(q, j, 8, null, null, p_now);
    when 'x' then
      perform :"schema".finish_cancelled(q, j, s ->> 'reason', p_now);
    when 't' then
      j.error := s ->> 'error';
      j := :"schema".note_failure(j, s ->> 'short', p_now);
      if not (s ->> 'counts')::boolean then j.attempt := j.attempt - 1; end if;
      if j.cancel_reason is not null then
        perform :"schema".cancel_instead(q, j, p_now);
      else
        perform :"schema".run_again(q, j, 6, (s ->> 'in')::double precision, p_now);
      end if;
    else
      perform :"schema".release_job(q, j, s, p_now);
  end case;
  if q.concurrency is not null then perform :"schema".ring_if_ready(q); end if;
  return 'a';
end $$;

create function :"schema".ring_if_ready(q :"schema".queue) returns void
language plpgsql volatile as $$
begin
  -- One of another broker's may have been held back where it was delivered.
  if :"schema".has_ready(q.id) or exists (select from :"schema".job where queue = q.id and state = 2) then
    perform :"schema".ring(q);
  end if;
end $$;
