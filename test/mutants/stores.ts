import type { Mutant } from '../../scripts/security/mutant.ts'

const ID_CHECK = '  if (answer.id !== credential.id) {'
const OFF = '  if (answer.id === undefined) {'

export const mutants: readonly Mutant[] = [
  {
    when: 'it is not checked whose record a reply holds',
    file: 'src/lifecycle/judge.ts',
    search: ID_CHECK,
    replacement: OFF,
    test: 'test/security/mixed-up-replies.test.ts',
    fails: 'THREATS 11: when replies come one late, nobody is shown the session of another',
  },
  {
    when: 'it is not checked whose record a reply holds',
    file: 'src/lifecycle/judge.ts',
    search: ID_CHECK,
    replacement: OFF,
    test: 'test/behaviour/trouble.test.ts',
    fails: "THREATS 11: a reply of somebody else's key is an error, not their session",
  },
  {
    when: 'a session that cannot be read counts as absent',
    file: 'src/lifecycle/near.ts',
    search: 'bound.near === undefined ? bound.read(key) : bound.near.read(key),\n  )',
    replacement:
      'bound.near === undefined ? bound.read(key) : bound.near.read(key),\n  )' +
      ".catch(() => 'absent' as const)",
    test: 'test/conformance/conformance.test.ts',
    fails: 'THREATS T17: a session that cannot be read is an error, and its handler does not run',
  },
  {
    when: 'a session that cannot be read counts as absent',
    file: 'src/lifecycle/near.ts',
    search: 'bound.near === undefined ? bound.read(key) : bound.near.read(key),\n  )',
    replacement:
      'bound.near === undefined ? bound.read(key) : bound.near.read(key),\n  )' +
      ".catch(() => 'absent' as const)",
    test: 'test/security/store-faults.test.ts',
    fails: 'THREATS T17: %s lets nobody in, and signs nobody out',
  },
  {
    when: 'one that cannot be read is begun anew where a page is for everybody',
    file: 'src/lifecycle/without-store.ts',
    search: "  state.standing = 'unavailable'\n",
    replacement: "  state.standing = 'open'\n",
    test: 'test/conformance/conformance.test.ts',
    fails:
      'THREATS T17: a page for everybody is an error if it changes a session that cannot be read',
  },
  {
    when: 'every page is for everybody',
    file: 'src/lifecycle/open.ts',
    search:
      "if (onUnavailable === 'fail' || !(opened instanceof Promise)) return opened\n" +
      "  return opened.catch((error: unknown) =>\n    onUnavailable === 'visitor'",
    replacement:
      'if (!(opened instanceof Promise)) return opened\n' +
      '  return opened.catch((error: unknown) =>\n    onUnavailable',
    test: 'test/conformance/conformance.test.ts',
    fails: 'THREATS T17: a session that cannot be read is an error, and its handler does not run',
  },
  {
    when: 'a sign-out counts as done that reached nothing',
    file: 'src/session/session.ts',
    search: "  if (state.standing === 'unavailable') throw unknownSession()\n",
    replacement: '',
    test: 'test/conformance/conformance.test.ts',
    fails:
      'THREATS T17: a page for everybody is an error if it changes a session that cannot be read',
  },
  {
    when: 'a record without its times never ends',
    file: 'src/lifecycle/judge.ts',
    search: '  if (!(now < expiryOf(answer)))',
    replacement: '  if (now >= expiryOf(answer))',
    test: 'test/security/store-faults.test.ts',
    fails: 'THREATS T17: is not shown when the store answers %s',
  },
  {
    when: 'nothing but the store ends a wait for it',
    file: 'src/lifecycle/deadline.ts',
    search:
      '    for (let next = this.#first; next !== undefined && next.until <= now; next = this.#first) {',
    replacement:
      '    for (let next = this.#first; next !== undefined && next.until <= 0 * now; next = this.#first) {',
    test: 'test/behaviour/trouble.test.ts',
    fails: 'THREATS T17: stopped: an answer by the deadline, visitors served, %s',
  },
  {
    when: 'data of any size are stored',
    file: 'src/lifecycle/size.ts',
    search: 'if (bytes > policy.maxBytes)',
    replacement: 'if (bytes < 0)',
    test: 'test/behaviour/trouble.test.ts',
    fails: 'THREATS T9: more bytes than maxBytes: an error that says so, and nothing is lost',
  },
  {
    when: 'a script is made for each key',
    file: 'src/store/redis/scripts.ts',
    search: "how === 'eval' ? text : sha1",
    replacement: "how === 'eval' ? text.replaceAll('KEYS[1]', `'${key}'`) : sha1",
    test: 'test/security/static-scripts.test.ts',
    fails: 'THREATS 28: what Redis runs never changes: one key, and everything else is an argument',
  },
  {
    when: 'a script calls a command that the permissions do not name',
    file: 'src/store/redis/lua/remove.lua',
    search: "redis.call('DEL', KEYS[1])",
    replacement: "redis.call('UNLINK', KEYS[1])",
    test: 'test/security/static-scripts.test.ts',
    fails: 'THREATS T20, 28: has all that a store asks, over node-redis',
  },
  {
    when: 'a script calls a command that the permissions do not name',
    file: 'src/store/redis/lua/touch.lua',
    search:
      "redis.call('SET', KEYS[1], format(record), 'PXAT', string.format('%.0f', expiry(record)))",
    replacement:
      "redis.call('SETRANGE', KEYS[1], 0, format(record))\n" +
      "redis.call('PEXPIREAT', KEYS[1], string.format('%.0f', expiry(record)))",
    test: 'test/security/static-scripts.test.ts',
    fails: 'THREATS T20, 28: has all that a store asks, over ioredis',
  },
  {
    when: 'the permissions in the page name more than is needed',
    file: 'docs/redis.md',
    search: '-@all +get',
    replacement: '+@all +get',
    test: 'test/docs/permissions.test.ts',
    fails: 'THREATS T20: without %s they are not',
  },
  {
    when: 'nobody is told of a removal',
    file: 'src/store/memory.ts',
    search: "    this.#records.delete(key)\n    this.#listeners.tell(key)\n    return 'removed'\n",
    replacement: "    this.#records.delete(key)\n    return 'removed'\n",
    test: 'test/behaviour/watch.test.ts',
    fails: 'THREATS T22: is told within a second that another node ended the session, once',
  },
]
