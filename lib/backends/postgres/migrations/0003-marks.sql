-- From where lines are read.
--
-- While any transaction of the server stays open, nothing that it could still see is cleared away: entries of jobs that have gone
-- stay at the heads of indexes, and a claim that began there would read all of them. So a mark says where each line begins.
--
-- Below a floor nothing lives, and nothing comes: a new key is either above what was there when the floor was named, or whoever
-- brings it lowers the mark in its own transaction. A floor is named in three steps, each a generation of the mark:
--   1. `latest`: a floor is proposed. Whoever begins to look after its commit sees it, and lowers it if need be.
--   2. `nexts`: it is known to all but those whose transactions were open by then; these are `awaited`.
--   3. `floors`: they have ended, and a last look at what they left has found nothing lower.
-- A mark is never changed, only followed by the next one, so that the newest is found at once however many went before.

-- Lanes of the arrays: 1 to 21 ready jobs by priority (their place), 22 scheduled, 23 running, 24 retrying (their moment).
create table :"schema".mark (
  queue integer not null,
  generation bigint not null,
  floors bigint[] not null,
  nexts bigint[] not null,
  latest bigint[] not null,
  awaited xid8[] not null,
  -- The line of ready jobs in parts: priorities from, to, and the floor of each part.
  highest smallint[] not null,
  lowest smallint[] not null,
  begins bigint[] not null,
  primary key (queue, generation)
);

-- The newest mark of a queue; one without floors where there is none.
create function :"schema".mark_of(p_queue integer) returns :"schema".mark
language plpgsql volatile as $$
declare
  m :"schema".mark;
begin
  select * into m from :"schema".mark where queue = p_queue order by generation desc limit 1;
  if not found then
    m := row(p_queue, 0, array_fill(null::bigint, array[24]), array_fill(null::bigint, array[24]), array_fill(null::bigint, array[24]),
      '{}'::xid8[], '{32767}'::smallint[], '{-32768}'::smallint[], '{-9223372036854775808}'::bigint[]);
  end if;
  return m;
end $$;

create function :"schema".lane_of(p_state integer) returns integer
language sql immutable as $$ select case p_state when 3 then 22 when 5 then 23 else 24 end $$;

-- Puts a mark in the place of the one that it is made of. @return whether nobody else has done so meanwhile
create function :"schema".follow_mark(m :"schema".mark) returns boolean
language plpgsql volatile as $$
declare
  v_top integer := 32767;
begin
  m.highest := '{}';
  m.lowest := '{}';
  m.begins := '{}';
  for p in reverse 20..0 loop
    continue when m.floors[p + 1] is null;
    if v_top > p then
      m.highest := m.highest || v_top::smallint;
      m.lowest := m.lowest || (p + 1)::smallint;
      m.begins := m.begins || '-9223372036854775808'::bigint;
    end if;
    m.highest := m.highest || p::smallint;
    m.lowest := m.lowest || p::smallint;
    m.begins := m.begins || m.floors[p + 1];
    v_top := p - 1;
  end loop;
  m.highest := m.highest || v_top::smallint;
  m.lowest := m.lowest || '-32768'::smallint;
  m.begins := m.begins || '-9223372036854775808'::bigint;
  m.generation := m.generation + 1;
  insert into :"schema".mark values (m.*) on conflict (queue, generation) do nothing;
  if not found then return false; end if;
  -- Several may have followed the one that this is made of, and each has cleared away the one before it: then nobody was in the way, and
  -- nobody would look at this one.
  if exists (select from :"schema".mark where queue = m.queue and generation > m.generation) then
    delete from :"schema".mark where queue = m.queue and generation = m.generation;
    return false;
  end if;
  delete from :"schema".mark where queue = m.queue and generation = m.generation - 1;
  return true;
end $$;

create function :"schema".lowered(p_keys bigint[], p_lane integer, p_key bigint) returns bigint[]
language plpgsql immutable as $$
begin
  if p_keys[p_lane] > p_key then p_keys[p_lane] := p_key; end if;
  return p_keys;
end $$;

-- Sees to it that a job is found that comes, or may have come, below the mark of its lane.
create function :"schema".lower_mark(p_queue integer, p_lane integer, p_key bigint) returns void
language plpgsql volatile as $$
declare
  m :"schema".mark;
begin
  -- From here on this transaction is one that a proposed floor waits for.
  perform pg_current_xact_id();
  loop
    m := :"schema".mark_of(p_queue);
    exit when coalesce(greatest(m.floors[p_lane], m.nexts[p_lane], m.latest[p_lane]) <= p_key, true);
    -- Whoever raises it does not wait for this transaction, however long it stays open.
    perform pg_advisory_xact_lock_shared(':"schema".mark'::regclass::oid::integer, p_queue);
    m.floors := :"schema".lowered(m.floors, p_lane, p_key);
    m.nexts := :"schema".lowered(m.nexts, p_lane, p_key);
    m.latest := :"schema".lowered(m.latest, p_lane, p_key);
    exit when :"schema".follow_mark(m);
  end loop;
end $$;

-- Forgets from where ready jobs are read, when places begin to be given, or are no longer given, by the turns of keys.
create function :"schema".clear_line_marks(p_queue integer) returns void
language plpgsql volatile as $$
declare
  m :"schema".mark;
  v_none bigint[] := array_fill(null::bigint, array[21]);
begin
  perform pg_current_xact_id();
  loop
    m := :"schema".mark_of(p_queue);
    exit when cardinality(array_remove(m.floors[1:21] || m.nexts[1:21] || m.latest[1:21], null)) = 0;
    -- Whoever raises it does not wait for this transaction, however long it stays open.
    perform pg_advisory_xact_lock_shared(':"schema".mark'::regclass::oid::integer, p_queue);
    m.floors := v_none || m.floors[22:24];
    m.nexts := v_none || m.nexts[22:24];
    m.latest := v_none || m.latest[22:24];
    exit when :"schema".follow_mark(m);
  end loop;
end $$;

-- The lowest key that lives in a lane, from a floor on.
create function :"schema".lowest_in(p_queue integer, p_lane integer, p_floor bigint) returns bigint
language plpgsql volatile as $$
declare
  v_floor bigint := coalesce(p_floor, '-9223372036854775808'::bigint);
begin
  case p_lane
    when 22 then
      return (select moment from :"schema".job where queue = p_queue and state = 3 and moment >= v_floor order by moment limit 1);
    when 23 then
      return (select moment from :"schema".job where queue = p_queue and state = 5 and moment >= v_floor order by moment limit 1);
    when 24 then
      return (select moment from :"schema".job where queue = p_queue and state = 6 and moment >= v_floor order by moment limit 1);
    else
      return (select place from :"schema".job where queue = p_queue and state = 0 and priority = p_lane - 1 and place >= v_floor
        order by place limit 1);
  end case;
end $$;

-- Whether a transaction that is still open has written jobs. Others that stay open hold nothing up.
create function :"schema".is_awaited(p_awaited xid8[]) returns boolean
language plpgsql volatile as $$
declare
  v_open xid[];
begin
  v_open := array(select x::xid from pg_snapshot_xip(pg_current_snapshot()) x where x = any(p_awaited));
  return cardinality(v_open) > 0 and exists (
    select from pg_locks t join pg_locks j on j.virtualtransaction = t.virtualtransaction
    where t.locktype = 'transactionid' and t.granted and t.transactionid = any(v_open)
      and j.locktype = 'relation' and j.relation = ':"schema".job'::regclass and j.mode = 'RowExclusiveLock'
  );
end $$;

-- One step about every so many jobs: three times as many is what a claim may have to read in vain.
create function :"schema".mark_pace() returns integer
language sql immutable as $$ select 128 $$;

-- Goes one step with the floors of a queue. @param p_high and p_low priorities of the jobs that have just been taken
create function :"schema".raise_mark(q :"schema".queue, p_high integer, p_low integer, p_now bigint) returns void
language plpgsql volatile as $$
declare
  m :"schema".mark;
  v_floors bigint[];
  v_nexts bigint[];
  v_latest bigint[];
  v_last bigint;
  v_bound bigint;
  v_key bigint;
begin
  -- In a transaction that looks at one moment for its whole length nobody would be seen.
  if current_setting('transaction_isolation') <> 'read committed' then return; end if;
  -- Under the lock of the queue nobody begins to give places by turns meanwhile.
  if not :"schema".try_lock_queue(q.id) then return; end if;
  if not pg_try_advisory_xact_lock(':"schema".mark'::regclass::oid::integer, q.id) then return; end if;
  select * into q from :"schema".queue where id = q.id;
  m := :"schema".mark_of(q.id);
  if :"schema".is_awaited(m.awaited) then return; end if;
  m.awaited := array(select pg_snapshot_xip(pg_current_snapshot()));
  v_floors := m.floors;
  v_nexts := m.nexts;
  v_latest := m.latest;
  select last_value into v_last from :"schema".job_place;
  for lane in 1..24 loop
    continue when v_nexts[lane] is null and v_latest[lane] is null and lane < 22 and (lane - 1 > p_high or lane - 1 < p_low);
    v_key := :"schema".lowest_in(q.id, lane, v_floors[lane]);
    if v_nexts[lane] is not null then v_floors[lane] := least(v_nexts[lane], v_key); end if;
    v_nexts[lane] := v_latest[lane];
    -- What comes by itself is above that.
    v_bound := case
      when lane = 23 then v_key
      when lane > 21 then p_now
      when q.has_flows then (select served from :"schema".turn where queue = q.id and priority = lane - 1)
      else v_last
    end;
    v_latest[lane] := case when v_bound is not null then least(v_key, v_bound) end;
  end loop;
  m.floors := v_floors;
  m.nexts := v_nexts;
  m.latest := v_latest;
  perform :"schema".follow_mark(m);
end $$;

-- Looks whether something lives below the floors of a queue after all, which only a fault could bring about, and mends it.
create function :"schema".check_mark(p_queue integer) returns void
language plpgsql volatile as $$
declare
  m :"schema".mark := :"schema".mark_of(p_queue);
  v_key bigint;
begin
  for lane in 1..24 loop
    continue when m.floors[lane] is null;
    v_key := :"schema".lowest_in(p_queue, lane, null);
    if v_key < m.floors[lane] then perform :"schema".lower_mark(p_queue, lane, v_key); end if;
  end loop;
end $$;

-- Whether a job is in line.
create function :"schema".has_ready(p_queue integer) returns boolean
language plpgsql volatile as $$
declare
  m :"schema".mark := :"schema".mark_of(p_queue);
begin
  for n in 1..cardinality(m.highest) loop
    if exists (
      select from :"schema".job where queue = p_queue and state = 0 and priority <= m.highest[n] and priority >= m.lowest[n]
        and place >= m.begins[n]
    ) then return true; end if;
  end loop;
  return false;
end $$;

