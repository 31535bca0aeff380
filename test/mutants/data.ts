import type { Mutant } from '../../scripts/security/mutant.ts'

export const mutants: readonly Mutant[] = [
  {
    when: 'a key `__proto__` is assigned like any other',
    file: 'src/session/changes.ts',
    search: '    defineOwn(target, key, value)\n',
    replacement: '    Object.setPrototypeOf(target, value as object)\n',
    test: 'test/behaviour/session-object.test.ts',
    fails: 'THREATS 26: that lies in a record never becomes a prototype',
  },
  {
    when: 'text is parsed however deep it is',
    file: 'src/record/serialize-nesting.ts',
    search: 'return text.length > limit && hasMoreBrackets(text, limit)',
    replacement: 'return text.length < 0 && hasMoreBrackets(text, limit)',
    test: 'src/record/serialize-nesting.test.ts',
    fails: 'THREATS T9: text is refused where data are',
  },
  {
    when: 'objects are built key by key',
    file: 'src/record/serialize-decode.ts',
    search:
      '  begin(payload, reading, depth)\n  for (const key of Object.keys(payload)) payload[key] = revive(payload[key], reading, depth + 1)\n  return payload\n',
    replacement:
      '  const copy: Record<string, unknown> = {}\n  begin(copy, reading, depth)\n  for (const key of Object.keys(payload)) copy[key] = revive(payload[key], reading, depth + 1)\n  return copy\n',
    test: 'src/record/serialize-decode.test.ts',
    fails: 'THREATS 25: no text changes a prototype',
  },
  {
    when: 'objects are built key by key',
    file: 'src/record/serialize-decode.ts',
    search:
      '  begin(payload, reading, depth)\n  for (const key of Object.keys(payload)) payload[key] = revive(payload[key], reading, depth + 1)\n  return payload\n',
    replacement:
      '  const copy: Record<string, unknown> = {}\n  begin(copy, reading, depth)\n  for (const key of Object.keys(payload)) copy[key] = revive(payload[key], reading, depth + 1)\n  return copy\n',
    test: 'test/fuzz/fuzz.test.ts',
    fails: 'THREATS 25, 27, 29: no payload makes the codec crash or pollute a prototype',
  },
  {
    when: 'a tag that is unknown is data',
    file: 'src/record/serialize-decode.ts',
    search:
      "  if (reviver === undefined) throw new SyntaxError('session data have an unknown tag')\n",
    replacement: '  if (reviver === undefined) return revivePlain(node, reading, depth)\n',
    test: 'src/record/serialize-decode.test.ts',
    fails: 'THREATS 27, T11: %s is not a tag',
  },
  {
    when: 'what cannot be decoded is an exception',
    file: 'src/lifecycle/contents.ts',
    search: "contentsOf(record, [])\n  } catch {\n    return 'undecodable'",
    replacement: 'contentsOf(record, [])\n  } catch (error) {\n    throw error',
    test: 'test/behaviour/hostile-data.test.ts',
    fails: 'THREATS 29: %s is no session, and is left as it lies',
  },
  {
    when: 'a session shows the class it is of',
    file: 'src/session/lock-members.ts',
    search: "['__proto__', 'constructor']",
    replacement: "['__proto__']",
    test: 'test/behaviour/hostile-data.test.ts',
    fails: 'THREATS 26: becomes no admin, by %s',
  },
  {
    when: 'a session shows the class it is of',
    file: 'src/session/lock-members.ts',
    search: "['__proto__', 'constructor']",
    replacement: "['__proto__']",
    test: 'test/behaviour/hostile-data.test.ts',
    fails: 'THREATS 26: a session shows no way to what all sessions share',
  },
  {
    when: 'stored flash messages may be of any shape',
    file: 'src/session/flash.ts',
    search: "!Array.isArray(item) || typeof item[0] !== 'string' || typeof item[1] !== 'string'",
    replacement: '!Array.isArray(item)',
    test: 'test/behaviour/hostile-data.test.ts',
    fails: 'THREATS 29: flash messages %s are no session',
  },
  {
    when: 'stored data may be of any shape',
    file: 'src/record/codec.ts',
    search: 'if (prototype === Object.prototype || prototype === null) {',
    replacement: 'if (prototype !== undefined) {',
    test: 'test/behaviour/hostile-data.test.ts',
    fails: 'THREATS 29: %s is no session, and is left as it lies',
  },
  {
    when: 'a character counts as two bytes at most',
    file: 'src/lifecycle/size.ts',
    search: 'const BYTES_AT_MOST = 3',
    replacement: 'const BYTES_AT_MOST = 2',
    test: 'test/behaviour/trouble.test.ts',
    fails: 'the limit is exact, counts bytes, and counts flash messages too',
  },
]
