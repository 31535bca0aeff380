-- Ends a session for somebody else: puts a tombstone in the place of its record.
--
-- KEYS[1]  the record's key
-- ARGV[1]  the principal whose session it has to be, as in the header; empty for whoever it is
-- ARGV[2]  the tombstone, as formatTombstone makes it
-- ARGV[3]  how long it lies there, milliseconds
-- ARGV[4]  1: also where nothing lies, or nobody has signed in, so that nobody signs in there
--          meanwhile; 0: not there
-- ARGV[5]  the write id of this end, which is put behind the tombstone of a session it has ended
--
-- Returns
--   { 0 }  absent: no session of the principal lay there yet, or another end's tombstone did
--   { 1 }  ended, now or by an earlier execution
--   { 2 }  refused: the session is of another principal, or it is no record of this format
--
-- Whoever watches is told on the channel that has the key's name; it may well not be permitted.
-- A value that is no string is an error reply (WRONGTYPE).

-- @include header.lua

local value = redis.call('GET', KEYS[1])
local ended = ARGV[2] .. ARGV[5]
if value == ended then return { 1 } end
if not value then
  if ARGV[4] == '1' then redis.call('SET', KEYS[1], ARGV[2], 'PX', ARGV[3]) end
  return { 0 }
end
if string.sub(value, 1, 15) == 'sojourn1-ended ' then return { 0 } end
local record = parse(value)
if not record then return { 2 } end
local its = ARGV[1] == '' or record.principal == ARGV[1]
if not its and not (ARGV[4] == '1' and record.principal == '-') then return { 2 } end
redis.call('SET', KEYS[1], its and ended or ARGV[2], 'PX', ARGV[3])
redis.pcall('PUBLISH', KEYS[1], 'ended')
if its then return { 1 } end
return { 0 }
