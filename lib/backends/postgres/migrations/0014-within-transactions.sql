-- Calls within a transaction of the caller's: jobs that enter, jobs that are settled.
--
-- Recording is one step, admission another. What is admitted counts slots, tokens and fair shares under the lock of its queue, and a lock that
-- is taken here is held until the caller commits. So here nothing is admitted: a job that needs it is written as due now, a slot that
-- becomes free as a timer that has run out, and the first claim or sweep after the commit does the rest.

create function :"schema".is_within() returns boolean
language sql stable as $$ select current_setting('tasks.admission', true) = 'later' $$;

-- A setting of the function itself would need a right that only a superuser has to a name that the server does not know.
create function :"schema".admit_later(p_later boolean) returns void
language sql volatile as $$ select set_config('tasks.admission', case when p_later then 'later' else '' end, true) $$;

-- Has the key looked at after the commit. Each asks by a row of its own: two transactions do not wait for each other.
create function :"schema".let_in_later(q :"schema".queue, p_key text, p_now bigint) returns void
language plpgsql volatile as $$
begin
  insert into :"schema".timer values (q.id, 'f', nextval(':"schema".job_place')::text || ' ' || p_key, p_now);
  perform :"schema".ring(q);
end $$;

-- Locks the keys by which jobs are the same, until the end of the transaction: whoever comes with one meanwhile must know whether it was
-- committed. Before the lock of any queue, so that nobody who holds one waits here; in one order for all. 1,024 locks stand for all keys: a
-- lock for each would fill the server's table of locks.
create function :"schema".lock_keys(p_jobs jsonb) returns void
language plpgsql volatile as $$
begin
  perform pg_advisory_xact_lock(':"schema".held_key'::regclass::oid::integer, k.stripe) from (
    select distinct (hashtextextended(j.queue || ' ' || k.kind || ' ' || k.key, 0) & 1023)::integer as stripe
    from jsonb_populate_recordset(null:::"schema".given_job, p_jobs) j,
      lateral (values ('i', j.idempotency_key), ('u', j.unique_key)) k (kind, key)
    where k.key is not null
    order by 1
  ) k;
end $$;

-- The same within a transaction of the caller's. What `maxSize` counts is what has been committed, and these jobs.
create function :"schema".enqueue_within(p_jobs jsonb) returns text[]
language plpgsql volatile
as $$
declare
  v_verdicts text[];
begin
  perform :"schema".admit_later(true);
  v_verdicts := :"schema".enqueue_jobs(p_jobs);
  perform :"schema".admit_later(false);
  return v_verdicts;
end $$;

create function :"schema".enqueue_whole_within(p_jobs jsonb) returns text[]
language plpgsql volatile
as $$
declare
  v_verdicts text[];
begin
  perform :"schema".admit_later(true);
  v_verdicts := :"schema".enqueue_whole(p_jobs);
  perform :"schema".admit_later(false);
  return v_verdicts;
end $$;

-- Settles within a transaction of the caller's. @return a letter for each, as `settle_one` has it, and the jobs that were refused, as
-- `claim` has them
create function :"schema".settle_within(p_settle jsonb, out verdicts text, out refused jsonb)
language plpgsql volatile
set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off set enable_bitmapscan = off set jit = off
set plan_cache_mode = force_generic_plan
as $$
declare
  v_now bigint := :"schema".now_ms();
  v_verdict text;
  s jsonb;
  n integer;
  r record;
begin
  perform :"schema".admit_later(true);
  verdicts := '';
  refused := '[]';
  for s, n in select x.value, x.ordinality - 1 from jsonb_array_elements(p_settle) with ordinality x loop
    v_verdict := :"schema".settle_one(s, v_now);
    verdicts := verdicts || v_verdict;
    if v_verdict = 'a' and s ? 'jobs' then
      for r in select x.value as job, x.ordinality - 1 as place from jsonb_array_elements(s -> 'jobs') with ordinality x loop
        v_verdict := :"schema".add_job(jsonb_populate_record(null:::"schema".given_job, r.job), null, v_now);
        if left(v_verdict, 1) = 'u' then
          refused := refused || jsonb_build_array(jsonb_build_array(n, r.place, substr(v_verdict, 2)));
        end if;
      end loop;
    end if;
  end loop;
  perform :"schema".admit_later(false);
end $$;

-- Ends a transaction of the caller's so that nothing of it can be committed: who completes with it holds the job no longer.
create function :"schema".refuse_commit() returns boolean
language plpgsql volatile as $$
begin
  raise exception using errcode = 'TQ002', message = 'the job is held by somebody else: nothing of this transaction is committed';
end $$;
