-- Notes activity: moves the last activity, the edition and the expiry of a record, forward only.
--
-- KEYS[1]  the record's key
-- ARGV[1]  hash of the family that was active, as in the header
-- ARGV[2]  the edition it presented
-- ARGV[3]  when it came, milliseconds since the epoch
-- ARGV[4]  the write id of this touch: the revision, if it writes
-- ARGV[5]  1: that was activity, which prolongs the session; 0: it was not
-- ARGV[6]  the revision that was read; empty when nothing was read, or the touch changes nothing of it
-- ARGV[7]  the header that the record of that revision gets, its end included
-- ARGV[8]  when it expires then, milliseconds since the epoch
--
-- Returns
--   { 0 }  gone: no record of this format, or one of another family
--   { 1, written, revision, touched, edition, promoted }
--          the latest write that was no touch, the revision, then what is stored now; `touched`
--          and `promoted` are milliseconds since the epoch
--   { 2 }  it was the revision that was read, and has the header now
--
-- A value that is no string is an error reply (WRONGTYPE).

-- @include as-read.lua

if ARGV[6] ~= '' and isRevision(ARGV[6]) and family == ARGV[1] then
  local payloads = string.sub(value, string.find(value, '\n', 1, true) + 1)
  redis.call('SET', KEYS[1], ARGV[7] .. payloads, 'PXAT', ARGV[8])
  return { 2 }
end

-- @include header.lua

-- As withWrite in src/record/writes.ts.
local function isTouch(id)
  return string.sub(id, 1, 1) == '~'
end

local function withTouch(writes, touch)
  local all = { touch }
  for at = 1, #writes do
    if not isTouch(writes[at]) and #all <= WRITES_KEPT then all[#all + 1] = writes[at] end
  end
  return all
end

local function answer(record)
  local writes, created = record.writes, record.created
  local written = isTouch(writes[1]) and writes[2] or writes[1]
  return { 1, written, writes[1], created + record.touched, record.edition,
    created + record.promoted }
end

local function format(record)
  local numbers = { record.edition, record.promoted, record.created, record.touched }
  for at = 1, #numbers do numbers[at] = string.format('%.0f', numbers[at]) end
  return table.concat({ 'sojourn1', record.id, table.concat(record.writes, ','), record.family,
    numbers[1], numbers[2], numbers[3], numbers[4], record.idle, record.deadline,
    record.persistence, record.csrf, record.identity, record.kinds }, ' ') .. record.payloads
end

local record = value and parse(value)
if not record or record.family ~= ARGV[1] then return { 0 } end

local at = tonumber(ARGV[3]) - record.created
local edition = tonumber(ARGV[2])
local touched = ARGV[5] == '1' and math.max(record.touched, at) or record.touched
if touched == record.touched and edition <= record.edition then return answer(record) end
if edition > record.edition then
  record.edition, record.promoted = edition, at
end
record.touched = touched
record.writes = withTouch(record.writes, ARGV[4])
redis.call('SET', KEYS[1], format(record), 'PXAT', string.format('%.0f', expiry(record)))
return answer(record)
