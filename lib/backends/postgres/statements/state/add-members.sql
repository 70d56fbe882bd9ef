-- Adds members to an index, or moves them to a new score.
-- $1 index, $2 members, each once and in order, $3 scores
insert into :"schema".state_member (index_name, member, score)
select $1, member, score from unnest($2::text[], $3::double precision[]) as entry (member, score)
on conflict (index_name, member) do update set score = excluded.score
where state_member.score is distinct from excluded.score
