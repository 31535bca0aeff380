-- Reads the list of a principal's sessions.
--
-- KEYS[1]  the list's key
-- ARGV[1]  the time, milliseconds since the epoch
--
-- Returns
--   { 1, members }  those that have not ended at last
--
-- A value that is no sorted set is an error reply (WRONGTYPE).

return { 1, redis.call('ZRANGEBYSCORE', KEYS[1], '(' .. ARGV[1], '+inf') }
