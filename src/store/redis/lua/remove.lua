-- Removes a record, unless somebody else has signed in there.
--
-- KEYS[1]  the record's key
-- ARGV[1]  the principal known to whoever removes it, as in the header; `-` for none
--
-- Returns
--   { 0 }  absent
--   { 1 }  removed
--   { 2 }  gone: the record has another principal, or it is no record of this format; it stays
--
-- Whoever watches is told on the channel that has the key's name; it may well not be permitted.
-- A value that is no string is an error reply (WRONGTYPE).

-- @include header.lua

local value = redis.call('GET', KEYS[1])
if not value then return { 0 } end
local record = parse(value)
if not record then return { 2 } end
if record.principal ~= '-' and record.principal ~= ARGV[1] then return { 2 } end
redis.call('DEL', KEYS[1])
redis.pcall('PUBLISH', KEYS[1], 'ended')
return { 1 }
