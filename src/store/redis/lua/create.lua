-- Stores a record where there is none.
--
-- KEYS[1]  the record's key
-- ARGV[1]  the write id of this create: the record's revision
-- ARGV[2]  the record, as formatRecord makes it
-- ARGV[3]  when it expires, milliseconds since the epoch
--
-- Returns
--   { 0 }  taken: something else lies there, a record or not; nothing was written
--   { 1 }  created, now or by an earlier execution
--
-- A value that is no string is an error reply (WRONGTYPE).

local value = redis.call('GET', KEYS[1])
if not value then
  redis.call('SET', KEYS[1], ARGV[2], 'PXAT', ARGV[3])
  return { 1 }
end

-- @include header.lua

local record = parse(value)
if record and position(record.writes, ARGV[1]) then return { 1 } end
return { 0 }
