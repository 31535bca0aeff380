-- Notes activity: moves the last activity, the edition and the expiry of a record, forward only.
--
-- KEYS[1]  the record's key
-- ARGV[1]  SHA-256 of the family that was active, as in the header
-- ARGV[2]  the edition it presented
-- ARGV[3]  when it came, milliseconds since the epoch
-- ARGV[4]  the write id of this touch: the revision, if it writes
-- ARGV[5]  1: that was activity, which prolongs the session; 0: it was not
--
-- Returns
--   { 0 }  gone: no record of this format, or one of another family
--   { 1, previous, revision, touched, edition, promoted }
--          the revisions before and after this touch, then what is stored now; `touched` and
--          `promoted` are milliseconds since the epoch. `previous` is empty when this touch has
--          happened so long ago that the revision before it is no longer kept
--
-- A value that is no string is an error reply (WRONGTYPE).

-- @include header.lua

local WRITES_KEPT = 8

local function answer(record, previous, revision)
  local created = record.created
  return { 1, previous, revision, created + record.touched, record.edition,
    created + record.promoted }
end

local function format(record)
  local numbers = { record.edition, record.promoted, record.created, record.touched }
  for at = 1, #numbers do numbers[at] = string.format('%.0f', numbers[at]) end
  return table.concat({ 'sojourn1', record.id, table.concat(record.writes, ',', 1,
    math.min(#record.writes, WRITES_KEPT)), record.family, numbers[1], numbers[2], numbers[3],
    numbers[4], record.idle, record.deadline, record.persistence, record.csrf, record.identity,
    record.kinds }, ' ') .. record.payloads
end

local value = redis.call('GET', KEYS[1])
local record = value and parse(value)
if not record or record.family ~= ARGV[1] then return { 0 } end
local writes = record.writes
local done = position(writes, ARGV[4])
if done then return answer(record, writes[done + 1] or '', writes[done]) end

local at = tonumber(ARGV[3]) - record.created
local edition = tonumber(ARGV[2])
local touched = ARGV[5] == '1' and math.max(record.touched, at) or record.touched
if touched == record.touched and edition <= record.edition then
  return answer(record, writes[1], writes[1])
end
if edition > record.edition then
  record.edition, record.promoted = edition, at
end
record.touched = touched
table.insert(writes, 1, ARGV[4])
redis.call('SET', KEYS[1], format(record), 'PXAT', string.format('%.0f', expiry(record)))
return answer(record, writes[2], writes[1])
