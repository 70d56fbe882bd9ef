-- The history of this schema, and what surrounds jobs: values, ordered indexes, leases, limiters, messages.

create table :"schema".migration (
  version integer primary key,
  name text not null,
  checksum text not null,
  applied_at timestamptz not null default now()
);

-- Values with a time to live. What is over is not seen, and swept later.
create table :"schema".state_value (
  key text collate "C" primary key,
  body bytea not null,
  -- Whether the body was given as text.
  is_text boolean not null,
  -- Another one with every write, and never again.
  version bigint not null,
  expires_at timestamptz
);
create sequence :"schema".state_version cache 1;
create index state_value_expiry on :"schema".state_value (expires_at) where expires_at is not null;

-- Members of ordered indexes.
create table :"schema".state_member (
  index_name text collate "C" not null,
  member text collate "C" not null,
  score double precision not null,
  primary key (index_name, member)
);
create index state_member_order on :"schema".state_member (index_name, score, member);

-- Who has the right to a name. A lease that is over stays for a day: its fence must not come again.
create table :"schema".state_lease (
  name text collate "C" primary key,
  owner text not null,
  fence bigint not null,
  expires_at timestamptz not null
);
create sequence :"schema".state_fence cache 1;

-- Rate limiters: how far the theoretical arrival time lies ahead of the last look (GCRA).
create table :"schema".state_bucket (
  name text collate "C" primary key,
  ahead_ms double precision not null,
  seen_at timestamptz not null,
  -- When it is full again, and can be forgotten.
  full_at timestamptz not null,
  -- Of the last take.
  granted integer not null,
  retry_ms double precision not null
) with (fillfactor = 70);

-- Messages that are too long for NOTIFY, or that somebody looks for who cannot listen. Nothing of it has to outlive a crash.
create sequence :"schema".state_message_id cache 1;
create unlogged table :"schema".state_message (
  id bigint primary key,
  channel text collate "C" not null,
  body bytea not null,
  is_text boolean not null,
  sent_at timestamptz not null default now()
);
create index state_message_channel on :"schema".state_message (channel, id);

-- Processes that look for messages because they cannot listen.
create unlogged table :"schema".state_poller (
  id text primary key,
  expires_at timestamptz not null
);
