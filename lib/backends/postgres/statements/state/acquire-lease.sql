-- Takes a name that is free or over, or one's own again.
-- $1 name, $2 owner, $3 ms
-- Result: a row with the new fence; none while somebody else holds it.
-- Invariant: the fence is above every earlier one of the name. A lease that is over stays for a day, so whoever waited for the row
-- meanwhile finds it; after that the sequence has passed it.
insert into :"schema".state_lease as lease (name, owner, fence, expires_at)
values ($1, $2, nextval(':"schema".state_fence'), now() + $3::double precision * interval '1 ms')
on conflict (name) do update set
  owner = excluded.owner,
  fence = greatest(lease.fence + 1, nextval(':"schema".state_fence')),
  expires_at = excluded.expires_at
where lease.owner = excluded.owner or lease.expires_at <= now()
returning fence
