-- Takes sessions off the list of their principal.
--
-- KEYS[1]  the list's key
-- ARGV[1]  the members, separated by commas
--
-- Returns
--   { 1 }  none of them is on it now
--
-- A value that is no sorted set is an error reply (WRONGTYPE).

for member in string.gmatch(ARGV[1], '[^,]+') do redis.call('ZREM', KEYS[1], member) end
return { 1 }
