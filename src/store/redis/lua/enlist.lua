-- Puts a session on the list of its principal, a sorted set of members by when they end at last.
--
-- KEYS[1]  the list's key
-- ARGV[1]  the member
-- ARGV[2]  when its session ends at last, milliseconds since the epoch
-- ARGV[3]  the member that it takes the place of; empty for none
-- ARGV[4]  the time, milliseconds since the epoch
-- ARGV[5]  the most members the list may have; 0 for any number
--
-- Returns
--   { 0, members }  full; nothing was put on it
--   { 1 }           on the list, now or by an earlier execution
--
-- Members that have ended at last go by themselves, and so does a list without members.
-- A value that is no sorted set is an error reply (WRONGTYPE).

local function last()
  return redis.call('ZREVRANGE', KEYS[1], 0, 0, 'WITHSCORES')[2]
end

redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', ARGV[4])
local most = tonumber(ARGV[5])
local known = redis.call('ZSCORE', KEYS[1], ARGV[1])
local takes = ARGV[3] ~= '' and redis.call('ZREM', KEYS[1], ARGV[3]) == 1
if most > 0 and not known and not takes and redis.call('ZCARD', KEYS[1]) >= most then
  return { 0, redis.call('ZRANGE', KEYS[1], 0, -1) }
end
redis.call('ZADD', KEYS[1], ARGV[2], ARGV[1])
redis.call('PEXPIREAT', KEYS[1], string.format('%.0f', tonumber(last())))
return { 1 }
