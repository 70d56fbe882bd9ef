-- On a cluster: what a dependent is told of a parent of another queue is what it has heard of it.
local outcomeHere = outcomeOf
outcomeOf = function(job, name, id, noted)
  local address = name .. '\1' .. id
  if not isRemote(address) then return outcomeHere(job, name, id, noted) end
  local packed = call('HGET', standingsKey(job.id), address)
  local known = packed and standingIn(packed) or { letter = 'x' }
  local letter = known.letter == 'b' and 'x' or string.lower(known.letter)
  return { name, id, letter, known.envelope or '', known.result or '', known.error or '' }
end
