-- Whether the record is still the one that was read. A revision is of one record only, which was
-- parsed when it was read: to parse it again would take longer than all else.
--
-- A prelude, pasted into a script where it says `@include as-read.lua`. It gets the value of KEYS[1].
--
-- value           the value; false where nothing lies
-- writes, family  those of its header, as they stand there, commas around `writes` besides; family
--                 is nil for what is not a record
-- isRevision(id)  whether the latest of the writes is this one

local value = redis.call('GET', KEYS[1])
local writes, family = string.match(value or '', '^sojourn1 [^ ]+ ([^ ]+) ([^ ]+) ')
writes = ',' .. (writes or '') .. ','

local function isRevision(id)
  return string.sub(writes, 1, #id + 2) == ',' .. id .. ','
end
