-- Reads the line that formatRecord in src/record/record.ts writes, fields separated by spaces:
--
--   sojourn1 id writes family edition promoted created touched idle+interval deadline
--     persistence csrf identity kinds ⏎ payloads
--
-- `created` is milliseconds since the epoch; `promoted`, `touched` and `deadline` count
-- milliseconds from it; `idle+interval` are seconds. A prelude, pasted into a script where it says
-- `@include header.lua`. It takes no keys and no arguments, and calls nothing.
--
-- parse(value)  a table of the fields, or nil for what is not a record of this format. It refuses
--               whatever parseRecord refuses, except for text that is not UTF-8: what nobody can
--               read, no script overwrites.
-- position(list, item)  where item is in list, or nil
-- expiry(record)  what expiryOf in src/record/record.ts says, milliseconds since the epoch

local HEADER = '^sojourn1' .. string.rep(' ([^ ]*)', 13) .. '$'
local LARGEST = 9007199254740991
-- Beside the latest touch.
local WRITES_KEPT = 8

local function integer(text)
  local digits = string.match(text, '^%-?(%d+)$')
  if digits and #digits <= 16 then return tonumber(text) end
end

local function seconds(text)
  local idle, interval = string.match(text, '^(%d+)%+(%d+)$')
  if not idle then idle, interval = string.match(text, '^(%d+)%+(%d+%.%d%d?%d?)$') end
  if idle then return tonumber(idle) * 1000, math.floor(tonumber(interval) * 1000 + 0.5) end
end

local function holds(kinds, room)
  if kinds == 'text' or kinds == 'bytes' then return true end
  local data, flash, length = string.match(kinds, '^(%l+),(%l+):(%d+)$')
  return data and (data == 'text' or data == 'bytes') and (flash == 'text' or flash == 'bytes')
    and tonumber(length) <= room
end

local function list(text)
  local items = {}
  for item in string.gmatch(text, '[^,]+') do items[#items + 1] = item end
  if #items > 0 and #items <= WRITES_KEPT + 1 and table.concat(items, ',') == text then return items end
end

local function position(items, item)
  for at = 1, #items do
    if items[at] == item then return at end
  end
end

-- What IDENTITY in src/record/identity.ts says; answers the principal, still percent-encoded.
local WORD = "^[%w%-_.!~*'()]*$"

local function principalOf(identity)
  local bare = string.gsub(identity, '%%%x%x', '_')
  local who, facts = string.match(bare, '^([^@]*)(.*)$')
  if not string.find(who, WORD) then return nil end
  if facts ~= '' then
    local at, methods, client = string.match(facts, '^@%-?(%d+)([^;]*)(.*)$')
    if not at or #at > 15 or who == '-' then return nil end
    if methods ~= '' and (string.sub(methods, 1, 1) ~= ',' or string.find(methods, ',,', 1, true)
      or string.sub(methods, -1) == ',') then
      return nil
    end
    if not string.find((string.gsub(methods, ',', '')), WORD) then return nil end
    if client ~= '' then
      local address, agent = string.match(client, '^;([^;]*);([^;]*)$')
      if not address or not string.find(address .. agent, WORD) then return nil end
    end
  end
  return string.match(identity, '^[^@]*')
end

local function parse(value)
  if string.sub(value, 1, 9) ~= 'sojourn1 ' then return nil end
  local stop = string.find(value, '\n', 1, true)
  if not stop then return nil end
  local header = string.sub(value, 1, stop - 1)
  if string.find(header, '[^ -~]') then return nil end
  local id, writes, family, edition, promoted, created, touched, idle, deadline, persistence, csrf,
    identity, kinds = string.match(header, HEADER)
  if not id or not string.find(id, '^[%w_-]+$') or #id > 128 or family == '' or csrf == '' then
    return nil
  end
  if persistence ~= 'p' and persistence ~= '-' then return nil end
  local principal = principalOf(identity)
  if not principal or not holds(kinds, #value - stop) then return nil end
  local record = {
    id = id, writes = list(writes), family = family, edition = integer(edition),
    promoted = integer(promoted), created = integer(created), touched = integer(touched),
    idle = idle, deadline = deadline, persistence = persistence, csrf = csrf,
    principal = principal, identity = identity, kinds = kinds, payloads = string.sub(value, stop),
  }
  local timeout, interval = seconds(idle)
  local left = deadline == '-' and 0 or integer(deadline)
  if not (record.writes and timeout and left and record.edition and record.promoted
    and record.created and record.touched) or record.edition < 0 then
    return nil
  end
  record.timeoutMs, record.intervalMs, record.deadlineMs = timeout, interval, left
  local furthest = 0
  for _, number in ipairs({ record.edition, record.promoted, record.created, record.touched,
    timeout + interval, left }) do
    furthest = furthest + math.abs(number)
  end
  if furthest > LARGEST then return nil end
  return record
end

local function expiry(record)
  local ends = record.touched + record.timeoutMs + record.intervalMs
  if record.deadline ~= '-' then ends = math.min(ends, record.deadlineMs) end
  return record.created + ends
end
