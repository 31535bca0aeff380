import type { Mutant } from '../../scripts/security/mutant.ts'

export const mutants: readonly Mutant[] = [
  {
    when: 'a cookie of another family opens the session',
    file: 'src/lifecycle/judge.ts',
    search: "  if (answer.familyHash !== credential.familyHash) return 'rotated'\n",
    replacement: '',
    test: 'test/behaviour/rotation.test.ts',
    fails:
      'THREATS 5: gives another cookie, keeps id and data, and voids the old cookie (ASVS 7.2.4)',
  },
  {
    when: 'a cookie of another family opens the session',
    file: 'src/lifecycle/judge.ts',
    search: "  if (answer.familyHash !== credential.familyHash) return 'rotated'\n",
    replacement: '',
    test: 'test/conformance/conformance.test.ts',
    fails: 'THREATS 5: rotate() gives another cookie, and the old one is dead (ASVS 7.2.4)',
  },
  {
    when: 'regenerate() leaves the session before it alone',
    file: 'src/session/leave-behind.ts',
    search: '  visit.end(state)\n',
    replacement: '',
    test: 'test/packages/passport.test.ts',
    fails:
      'THREATS 6, 7, T5: signing in changes id and cookie, and voids a cookie that was planted (ASVS 7.2.4)',
  },
  {
    when: 'regenerate() keeps the session',
    file: 'src/adapters/express-session.ts',
    search: 'answer(async () => leaveBehind(this, successorOf(this)), callback)',
    replacement: 'answer(async () => undefined, callback)',
    test: 'test/packages/csrf.test.ts',
    fails: 'THREATS 6: a token from before sign-in or sign-out is void after it; a new one holds',
  },
  {
    when: 'of two rotations at once the later one is repeated on top of the other',
    file: 'src/lifecycle/write.ts',
    search: 'answer.record.familyHash !== familyHash',
    replacement: "familyHash === ''",
    test: 'test/behaviour/rotation.test.ts',
    fails:
      'THREATS 17: two requests that rotate at once: one wins, the other sets no cookie (ASVS 7.2.4)',
  },
  {
    when: 'an old edition is good for ever',
    file: 'src/lifecycle/judge.ts',
    search: "return behind === 1 && now < answer.promotedAt + renewalGraceMs ? answer : 'replayed'",
    replacement: 'return answer',
    test: 'test/behaviour/renewal.test.ts',
    fails: 'THREATS T3: is good for renewalGrace after the promotion, then it is a replay',
  },
  {
    when: 'option `onReplay` does nothing',
    file: 'src/lifecycle/refuse.ts',
    search: "const ends = engine.policy.onReplay === 'end' && isRecord(answer)",
    replacement: 'const ends = false as boolean && isRecord(answer)',
    test: 'test/behaviour/renewal.test.ts',
    fails: "THREATS T3: ends the session with onReplay 'end'",
  },
  {
    when: 'signing in leaves the data of the visitor',
    file: 'src/lifecycle/wish-sign-in.ts',
    search: '  for (const key of dropped) Reflect.deleteProperty(session, key)\n',
    replacement: '',
    test: 'test/behaviour/sign-in.test.ts',
    fails: 'THREATS 6: gives a session with a principal, keeps what keep names, and drops the rest',
  },
  {
    when: 'signing in keeps the credential',
    file: 'src/lifecycle/wish-sign-in.ts',
    search: 'signIn: wish, family: randomId() }',
    replacement: 'signIn: wish }',
    test: 'test/behaviour/sign-in.test.ts',
    fails: 'THREATS 6, 7, T5: the visitor’s cookie is dead in the same write (ASVS 7.2.4)',
  },
  {
    when: 'signing in keeps the credential',
    file: 'src/lifecycle/wish-sign-in.ts',
    search: 'signIn: wish, family: randomId() }',
    replacement: 'signIn: wish }',
    test: 'test/behaviour/sign-in.test.ts',
    fails: 'THREATS 7: signing in again keeps the data, and kills the cookie before (ASVS 7.2.4)',
  },
]
