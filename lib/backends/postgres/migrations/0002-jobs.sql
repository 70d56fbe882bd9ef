-- Jobs. Moments are whole epoch milliseconds by the clock of this server.
--
-- Plans are made early, when tables are nearly empty and every index looks as good as another, and are kept. So each index fits
-- one kind of question alone: keys begin with the id, and others hold under a condition that only their questions repeat.
--
-- `state` of a job: 0 ready, 1 parked behind the limits of its key, 2 ready and moved by another broker, 3 scheduled,
-- 4 waiting, 5 running, 6 retrying; of a finished one: 7 completed, 8 failed, 9 cancelled.

create function :"schema".now_ms() returns bigint
language sql volatile as $$ select (extract(epoch from clock_timestamp()) * 1000)::bigint $$;

-- A fencing token greater than all before it. The server's clock in microseconds and no sequence: a claim may be lost with the server,
-- and a sequence would then hand its token out again, to somebody else.
create function :"schema".next_fence() returns bigint
language sql volatile as $$ select (extract(epoch from clock_timestamp()) * 1000000)::bigint $$;

-- What every process declares alike. Absent numbers are no limit.
create table :"schema".queue (
  id integer generated always as identity primary key,
  name text collate "C" not null unique,
  paused boolean not null default false,
  concurrency integer,
  rate_limit double precision,
  rate_per double precision,
  rate_burst double precision,
  max_size bigint,
  key_concurrency integer,
  -- [limit, per, burst]
  key_rate jsonb,
  -- key -> [concurrency, rate]
  key_overrides jsonb,
  completed_ttl bigint,
  completed_max bigint,
  failed_ttl bigint,
  failed_max bigint,
  -- Keys are in line: places are given by fair shares.
  has_flows boolean not null default false
) with (fillfactor = 50);

-- Jobs that have not finished: the hot table.
create table :"schema".job (
  queue integer not null,
  id text collate "C" not null,
  state smallint not null,
  priority smallint not null,
  -- Where it stands in the line of its priority. A running job keeps its place, to be given back to it.
  place bigint not null,
  -- Due, end of the lease, or since when it waits, as its state asks; nothing while it is pending.
  moment bigint,
  attempt integer not null default 0,
  stalls integer not null default 0,
  -- Raised by every claim and every lost lease.
  fence bigint not null default 0,
  created_at bigint not null,
  -- Since when it is ready, where that is not its creation.
  ready_at bigint,
  started_at bigint,
  worker text,
  name text not null,
  codec text not null,
  version integer not null,
  -- No number: no bound.
  max_retries integer,
  max_stalled integer,
  timeout double precision,
  -- JSON pairs.
  headers text,
  -- What text cannot carry (bytes, NUL, half characters) is in the second one, tagged.
  payload text,
  payload_raw bytea,
  key text collate "C",
  -- Places that it takes in the line: 64 by its weight.
  share integer,
  external boolean,
  -- Handed out to be published from then on; nothing: somebody has confirmed that it is.
  forward_at bigint,
  idempotency_key text collate "C",
  idempotency_until bigint,
  unique_key text collate "C",
  unique_mode text,
  -- What becomes of it when a parent fails; nothing: it has no parents.
  policy text,
  -- It was cancelled because of a parent.
  broken boolean,
  -- Of a job with parents: when its delay is over.
  due_at bigint,
  cancel_reason text,
  awaits text,
  -- name -> value, and which of them no wait has used yet.
  signals jsonb,
  unused text[],
  checkpoint text,
  checkpoint_raw bytea,
  progress text,
  error text,
  failures text[],
  replays integer not null default 0,
  primary key (id, queue)
) with (
  -- The version that a claim writes fits beside the one that it follows, so that the log need not hold its payload again: 15 % less
  -- of it. Rows go as soon as their jobs end, and their room with them.
  fillfactor = 50,
  autovacuum_vacuum_scale_factor = 0.01,
  autovacuum_vacuum_threshold = 1000,
  autovacuum_vacuum_insert_scale_factor = 0.2,
  autovacuum_analyze_scale_factor = 0.05,
  autovacuum_vacuum_cost_delay = 0
);
-- The line. Claims read its head and nothing else.
create index job_ready on :"schema".job (queue, priority desc, place) where state = 0;
-- What waits for a moment, and counts of it.
create index job_rest on :"schema".job (queue, state, moment) where state >= 3;
create index job_slot on :"schema".job (queue, key) where key is not null and state in (0, 2, 5);
create index job_parked on :"schema".job (queue, key, priority desc, place) where state = 1;
create index job_external on :"schema".job (queue, forward_at, place) where state = 2;

create sequence :"schema".job_place increment by 64 start with 64 cache 1;

-- Finished jobs, as long as their retention says.
create table :"schema".finished (
  like :"schema".job including defaults,
  result text,
  result_raw bytea,
  finished_at bigint not null,
  -- Order of the end, where moments are the same.
  ord bigint generated always as identity (cache 1),
  -- Over its bounds already, and kept because other jobs need it.
  held boolean not null default false,
  primary key (id, queue)
) with (autovacuum_vacuum_scale_factor = 0.05, autovacuum_vacuum_threshold = 1000);
create index finished_shelf on :"schema".finished (queue, state, finished_at, ord) where state >= 7;

-- What is left of a finished job when its record goes.
create table :"schema".tombstone (
  queue integer not null,
  id text collate "C" not null,
  state smallint not null,
  at bigint not null,
  primary key (id, queue)
);
create index tombstone_age on :"schema".tombstone (queue, at) where at >= 0;

-- Who depends on whom, for as long as there is a record of the dependent.
create table :"schema".dependency (
  queue integer not null,
  id text collate "C" not null,
  n integer not null,
  parent_queue integer not null,
  parent_id text collate "C" not null,
  unmet boolean not null,
  -- How the parent ended, where its record was gone or is removed.
  noted smallint,
  ord bigint generated always as identity (cache 1),
  primary key (id, queue, n)
);
create index dependency_parent on :"schema".dependency (parent_id, parent_queue);

-- Keys that jobs hold: `i` idempotency, `u` unique, `t` throttled. A key without an end is freed by its job.
create table :"schema".held_key (
  queue integer not null,
  kind "char" not null,
  key text collate "C" not null,
  id text collate "C" not null,
  until_ms bigint,
  primary key (queue, kind, key)
);
create index held_key_end on :"schema".held_key (queue, until_ms) where until_ms is not null;

-- Rate limiters: how far the arrival time lies ahead of the last look (GCRA). The empty key is the queue's own.
create table :"schema".job_bucket (
  queue integer not null,
  key text collate "C" not null,
  ahead double precision not null,
  at bigint not null,
  primary key (queue, key)
) with (fillfactor = 50);

-- Last place of each key in line, by priority (start-time fair queueing).
create table :"schema".flow (
  queue integer not null,
  priority smallint not null,
  key text collate "C" not null,
  last bigint not null,
  primary key (queue, priority, key)
) with (fillfactor = 50);

-- How far the turns of keys have got, by priority: the place that was served last. It only grows.
create table :"schema".turn (
  queue integer not null,
  priority smallint not null,
  served bigint not null,
  primary key (queue, priority)
) with (fillfactor = 50);

-- Moments that no job's own is: `k` a key's limiter lets one in, `w` a job waits no longer for its signal.
create table :"schema".timer (
  queue integer not null,
  kind "char" not null,
  subject text collate "C" not null,
  moment bigint not null,
  primary key (queue, kind, subject)
);
create index timer_moment on :"schema".timer (queue, moment) where moment >= 0;

-- Jobs that ended with nobody in hand of them, until somebody is told.
create table :"schema".ending (
  ord bigint generated always as identity primary key,
  queue integer not null,
  id text not null,
  name text not null,
  attempt integer not null,
  worker text,
  error text,
  reason text
);
create index ending_queue on :"schema".ending (queue, ord);
