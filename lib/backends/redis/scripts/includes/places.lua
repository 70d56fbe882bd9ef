-- A priority has this many places; 21 of them fit into the 53 bits of a score.
local LEVEL = 422212465065984
-- Places that a job of weight 1 takes, so that a weight of 64 still has one.
local SHARE = 64
