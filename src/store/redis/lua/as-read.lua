-- Whether the record is still the one that was read. A revision is of one record only, which was
-- parsed when it was read: to parse it again would take longer than all else.

local value = redis.call('GET', KEYS[1])
local writes, family = string.match(value or '', '^sojourn1 [^ ]+ ([^ ]+) ([^ ]+) ')
writes = ',' .. (writes or '') .. ','

local function isRevision(id)
  return string.sub(writes, 1, #id + 2) == ',' .. id .. ','
end
