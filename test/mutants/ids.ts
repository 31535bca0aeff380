import type { Mutant } from '../../scripts/security/mutant.ts'

export const mutants: readonly Mutant[] = [
  {
    when: 'a cookie whose session is not there gives the new session its id',
    file: 'src/lifecycle/refuse.ts',
    search: "  const state = new SessionState(visit)\n  if (reason === 'rotated'",
    replacement:
      "  const state = new SessionState(visit, { id, family: 'x'.repeat(22) })\n" +
      "  if (reason === 'rotated'",
    test: 'test/behaviour/visitors.test.ts',
    fails: 'THREATS 8: 100 well-formed unknown ids adopt nothing',
  },
  {
    when: 'what a visitor looked at is stored',
    file: 'src/session/draft.ts',
    search: '  return wishes.mustStore === true || wishes.timeoutMs !== undefined\n',
    replacement: '  return true\n',
    test: 'test/security/visitors-flood.test.ts',
    fails: 'THREATS 9, T14: requests without a session leave no key behind (ASVS 7.6.2)',
  },
  {
    when: 'what a visitor looked at is stored',
    file: 'src/session/draft.ts',
    search: '  return wishes.mustStore === true || wishes.timeoutMs !== undefined\n',
    replacement: '  return true\n',
    test: 'test/behaviour/visitors.test.ts',
    fails:
      'THREATS 9, 10: no cookie of ours, or a bad one: no command, no cookie, no record, %s (ASVS 7.6.2)',
  },
  {
    when: 'a sign-out leaves the record to its expiry',
    file: 'src/store/redis/lua/remove.lua',
    search: "redis.call('DEL', KEYS[1])\n",
    replacement: '',
    test: 'test/security/visitors-flood.test.ts',
    fails: 'THREATS 9: as many sign-outs as sign-ins leave no key behind (ASVS 7.4.1)',
  },
  {
    when: 'a session that begins after invalidate() has no id',
    file: 'src/session/session.ts',
    search: '    this.#state = new SessionState(visit)\n    dropData(this)\n',
    replacement:
      "    this.#state = new SessionState(visit, { id: '', family: '' })\n    dropData(this)\n",
    test: 'test/security/ids.test.ts',
    fails: 'THREATS 10: every session has an id of its own, and lies under it (ASVS 7.2.3)',
  },
  {
    when: 'an id generator may give any text',
    file: 'src/session/id.ts',
    search: "  if (typeof id === 'string' && ID.test(id)) return id\n",
    replacement: "  if (typeof id === 'string') return id\n",
    test: 'test/behaviour/options.test.ts',
    fails: 'THREATS 10, T15: that gives %s: a clear error, and nothing is stored',
  },
  {
    when: 'the memory store writes over what lies under an id',
    file: 'src/store/memory.ts',
    search:
      "    if (stored !== undefined) return wrote(stored, revisionOf(record)) ? 'created' : 'taken'\n",
    replacement: '',
    test: 'test/behaviour/parallel.test.ts',
    fails:
      'THREATS 18: an id generator that yields one id to two visitors gives it to one of them (ASVS 7.2.3)',
  },
  {
    when: 'a script writes over what lies under an id',
    file: 'src/store/redis/lua/create.lua',
    search: 'if not value then\n',
    replacement: 'if true then\n',
    test: 'test/behaviour/parallel.test.ts',
    fails:
      'THREATS 18: two first requests that get one id at once: one has it, the other another (ASVS 7.2.3)',
  },
  {
    when: 'a prefix may be any text',
    file: 'src/options/resolve.ts',
    search: String.raw`!/^[\x21-\x7e]*$/.test(prefix)`,
    replacement: "prefix.includes('no text has this')",
    test: 'test/security/redis-names.test.ts',
    fails: 'THREATS T15: is refused in the prefix where it is no visible ASCII: %j',
  },
  {
    when: 'who is signed in is written as it stands',
    file: 'src/record/identity.ts',
    search: "  return principal === NONE ? '%2D' : encodeURIComponent(principal)",
    replacement: '  return principal',
    test: 'test/security/redis-names.test.ts',
    fails: 'THREATS T15: in the name of who is signed in comes back as it was, and opens no field',
  },
  {
    when: 'records keep the family itself',
    file: 'src/session/merge.ts',
    search:
      '    familyHash: hashFamily(state.family),\n    edition: 0,\n    promotedAt: now,\n    createdAt: now,\n',
    replacement:
      '    familyHash: state.family,\n    edition: 0,\n    promotedAt: now,\n    createdAt: now,\n',
    test: 'test/behaviour/visitors.test.ts',
    fails: 'THREATS 3, T1: what lies in Redis holds no part of the cookie but the id',
  },
  {
    when: 'an id and the secret are enough to open a session',
    file: 'src/lifecycle/judge.ts',
    search: "  if (answer.familyHash !== credential.familyHash) return 'rotated'\n",
    replacement: '',
    test: 'test/behaviour/visitors.test.ts',
    fails: 'THREATS 3: a weak id generator opens nothing to who guesses an id (ASVS 7.2.2)',
  },
]
