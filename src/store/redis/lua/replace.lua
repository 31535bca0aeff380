-- Stores a record in place of the revision it was made from.
--
-- KEYS[1]  the record's key
-- ARGV[1]  the write id of this replace: the new record's revision
-- ARGV[2]  the revision it was made from
-- ARGV[3]  hash of the family it was made from, as in the header
-- ARGV[4]  the new record, as formatRecord makes it
-- ARGV[5]  when it expires, milliseconds since the epoch
-- ARGV[6]  1: earlier than the one it was made from; 0: not so
--
-- Returns
--   { 0 }          gone: no record of this format, or one of another family; nothing was written
--   { 1 }          written
--   { 2, family }  an earlier execution wrote it; the family is the stored record's
--   { 3, value }   conflict: somebody else wrote since; the value is the stored record
--
-- When it expires earlier than before, whoever watches is told on the channel that has the key's
-- name; it may well not be permitted.
-- A value that is no string is an error reply (WRONGTYPE).

-- @include as-read.lua

local happened = string.find(writes, ',' .. ARGV[1] .. ',', 1, true)
if isRevision(ARGV[2]) and family == ARGV[3] and not happened then
  redis.call('SET', KEYS[1], ARGV[4], 'PXAT', ARGV[5])
  if ARGV[6] == '1' then redis.pcall('PUBLISH', KEYS[1], 'earlier') end
  return { 1 }
end

-- @include header.lua

local record = value and parse(value)
if not record then return { 0 } end
if happened then return { 2, record.family } end
if record.writes[1] ~= ARGV[2] then return { 3, value } end
return { 0 }
