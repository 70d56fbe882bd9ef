-- Lists jobs of one queue.
-- $1 queue, $2 states in order, $3 whether ascending, $4 how many, $5 finished before, $6 finished longer ago than ms;
-- $7 state, $8 rank and $9 id behind which to go on
select f.listed_state, f.rank, f.rank_place, f.listed_id, f.has_more, (f.job).* from :"schema".find_jobs($1, $2, $3, $4, $5, $6, $7, $8, $9) f
