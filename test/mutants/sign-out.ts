import type { Mutant } from '../../scripts/security/mutant.ts'

export const mutants: readonly Mutant[] = [
  {
    when: 'the memory store writes a record that is not there any more',
    file: 'src/store/memory.ts',
    search: "    if (stored === undefined) return { status: 'gone' }\n    if (wrote(",
    replacement:
      '    if (stored === undefined) {\n      this.#records.set(key, record)\n' +
      "      return { status: 'replaced', familyHash: record.familyHash }\n    }\n    if (wrote(",
    test: 'test/behaviour/sign-out.test.ts',
    fails:
      'THREATS 1, T7: is final, and the late response sets no cookie: %s, ${framework} (ASVS 7.4.1)',
  },
  {
    when: 'a script writes a record that is not there any more',
    file: 'src/store/redis/lua/replace.lua',
    search: 'if not record then return { 0 } end',
    replacement:
      "if not record then\n  redis.call('SET', KEYS[1], ARGV[4], 'PXAT', ARGV[5])\n  return { 1 }\nend",
    test: 'test/conformance/conformance.test.ts',
    fails: 'THREATS 1, T7: a sign-out is final, whatever a slower request writes (ASVS 7.4.1)',
  },
  {
    when: 'a session that is gone is created instead',
    file: 'src/lifecycle/write.ts',
    search: "      if (answer === 'gone') return answer\n      if (answer === 'replaced') {",
    replacement:
      "      if (answer === 'gone') return create(engine, state, draft) as never\n" +
      "      if (answer === 'replaced') {",
    test: 'test/behaviour/sign-out.test.ts',
    fails:
      'THREATS 1: is final for a request that was opened before it and writes after it (ASVS 7.4.1)',
  },
  {
    when: 'the second of two sign-outs is told that nothing was removed',
    file: 'src/store/memory.ts',
    search: "return this.#tombstones.get(key) === undefined ? 'absent' : 'gone'",
    replacement: "return 'gone'",
    test: 'test/behaviour/sign-out.test.ts',
    fails:
      'THREATS T7: is final while the session ends in two requests at once; both clear the cookie',
  },
  {
    when: 'a write is repeated on top of a record of another family',
    file: 'src/lifecycle/write.ts',
    search: 'answer.record.familyHash !== familyHash',
    replacement: "familyHash === ''",
    test: 'test/conformance/conformance.test.ts',
    fails: 'THREATS T7: a write that a rotation overtook is gone, and the new cookie stays good',
  },
  {
    when: 'a session with no data left counts as unchanged',
    file: 'src/session/draft.ts',
    search: '    if (then.text === now.text) return false\n',
    replacement: '    if (then.text === now.text || now.keys.length === 0) return false\n',
    test: 'test/security/nothing-left.test.ts',
    fails: 'THREATS 15: is stored: %s, with ${serializer} (ASVS 7.4.1)',
  },
  {
    when: 'an error of a subscriber reaches the request',
    file: 'src/events.ts',
    search: '  if (target.hasSubscribers) target.publish(message)',
    replacement:
      "  if (target.hasSubscribers) throw new Error('a subscriber threw', { cause: message })",
    test: 'test/security/errors-at-the-end.test.ts',
    fails: 'THREATS 16: at the event keeps no session alive that was signed out, %s (ASVS 7.4.1)',
  },
  {
    when: 'an error of a subscriber reaches the request',
    file: 'src/events.ts',
    search: '  if (target.hasSubscribers) target.publish(message)',
    replacement:
      "  if (target.hasSubscribers) throw new Error('a subscriber threw', { cause: message })",
    test: 'test/security/errors-at-the-end.test.ts',
    fails: 'THREATS 16: at the event keeps no cookie alive that was rotated away, %s (ASVS 7.2.4)',
  },
  {
    when: 'the next session is stored before the last one is removed',
    file: 'src/lifecycle/commit.ts',
    search:
      "    if ((await removeEnded(engine, visit, unlisting)) === 'gone') return gone(visit)\n",
    replacement:
      '    await act(engine, visit, intentOf(engine, stateOf(visit.session), failed))\n' +
      "    if ((await removeEnded(engine, visit, unlisting)) === 'gone') return gone(visit)\n",
    test: 'test/security/errors-at-the-end.test.ts',
    fails:
      'THREATS 16: when the next session cannot be stored, the one before is gone all the same',
  },
]
