import type { Mutant } from '../../scripts/security/mutant.ts'

const CONNECTION = 'test/behaviour/connection-lost.test.ts'
const MEANWHILE = 'test/behaviour/invalidate-meanwhile.test.ts'
const LOST = 'test/behaviour/lost-answers.test.ts'

/** What holds when answers are lost (docs/decisions/020), taken out. */
export const mutants: readonly Mutant[] = [
  {
    when: 'a write whose answer was lost is made anew',
    file: 'src/lifecycle/commit.ts',
    search: '  if (again === undefined) return undefined\n',
    replacement: '  if (again !== null) return undefined\n',
    test: LOST,
    fails: 'shows its message once',
  },
  {
    when: 'a session that may have been created is not removed',
    file: 'src/session/visit.ts',
    search: '[unanswered?.base.record, base?.record]',
    replacement: '[unanswered && base?.record, base?.record]',
    test: LOST,
    fails: 'leaves none when it ends its session',
  },
  {
    when: 'update() goes ahead of a write whose answer was lost',
    file: 'src/lifecycle/update.ts',
    search:
      "  if ((await repeat(engine, visit, false)) === 'gone') throw new GoneError(base.record.id)\n",
    replacement: '  void repeat\n',
    test: LOST,
    fails: 'counts what it updates, and others count, beside it',
  },
  {
    when: 'a sign-in that has failed is sent again',
    file: 'src/lifecycle/sign-in.ts',
    search:
      '    if (state.unanswered?.draft.wishes.signIn !== undefined) state.unanswered = undefined\n',
    replacement: '',
    test: LOST,
    fails: 'signIn() is not sent again: nobody is signed in by one that failed',
  },
  {
    when: 'reload() leaves a write whose answer was lost to be sent again',
    file: 'src/lifecycle/reload.ts',
    search: '  state.unanswered = undefined\n',
    replacement: '',
    test: LOST,
    fails: 'reads and changes what is stored, after reload()',
  },
  {
    when: 'a failed request creates, against cookieOnException',
    file: 'src/lifecycle/commit.ts',
    search:
      "  if (quiet && (kind === 'create' || draft.wishes.family !== undefined)) return undefined\n",
    replacement: '',
    test: LOST,
    fails: 'is sent no cookie when it has failed, with cookieOnException false',
  },
  {
    when: 'a commit waits twice for a dead connection',
    file: 'src/lifecycle/commit.ts',
    search: '  if (late !== undefined && isWriting(engine, visit, failed)) throw late\n',
    replacement: '  void [late, isWriting]\n',
    test: 'test/faults/sweep.test.ts',
    fails: '%s is done once, or not, and settles in time',
  },
  {
    when: 'a sign-in that has failed leaves the session it had begun',
    file: 'src/lifecycle/sign-in.ts',
    search: '        replaceState(visit.session, before)\n',
    replacement: '',
    test: LOST,
    fails: 'leaves a session that has ended as it was: gone',
  },
  {
    when: 'a revocation that is sent again has ended nothing',
    file: 'src/store/memory.ts',
    search: "    if (this.#tombstones.endedBy(key) === writeId) return 'ended'\n",
    replacement: '    void writeId\n',
    test: CONNECTION,
    fails: 'and a revocation says that it has ended the session, once',
  },
  {
    when: 'a revocation that is sent again has ended nothing',
    file: 'src/store/redis/lua/end.lua',
    search: 'if value == ended then return { 1 } end\n',
    replacement: '',
    test: 'test/faults/sweep.test.ts',
    fails: '%s is done once, or not, and settles in time',
  },
  {
    when: 'a scan whose connection was lost seems to be complete',
    file: 'src/lifecycle/deadline.ts',
    search: "let mayRepeat = operation !== 'scan'",
    replacement: 'let mayRepeat = true',
    test: CONNECTION,
    fails: 'not by a scan: what has failed is over, and would seem to be complete',
  },
  {
    when: 'rule 9: touches push writes out of what is remembered',
    file: 'src/record/record.ts',
    search: 'other !== id && !isTouch(other)',
    replacement: 'other !== id',
    test: LOST,
    fails: 'shows its message once, however many requests have looked meanwhile',
  },
  {
    when: 'rule 9: touches push writes out of what is remembered',
    file: 'src/store/redis/lua/touch.lua',
    search: 'if not isTouch(writes[at]) and #all <= WRITES_KEPT then',
    replacement: 'if #all <= WRITES_KEPT then',
    test: LOST,
    fails: 'shows its message once, however many requests have looked meanwhile',
  },
  {
    when: 'a sign-in goes on that invalidate() was called after',
    file: 'src/lifecycle/sign-in.ts',
    search: '    if (isOver()) return\n    const wish',
    replacement: '    const wish',
    test: MEANWHILE,
    fails: '%s: called in the same breath',
  },
  {
    when: 'what is written while invalidate() is called stays',
    file: 'src/lifecycle/commit.ts',
    search: '    if (stateOf(visit.session) !== state) visit.discard(state)\n',
    replacement: '    void state\n',
    test: MEANWHILE,
    fails: '%s: while %s waits, %s',
  },
  {
    when: 'only who was found there is looked for when a sign-in may have been stored',
    file: 'src/lifecycle/remove-ended.ts',
    search: "if (answer !== 'gone') break",
    replacement: 'break',
    test: MEANWHILE,
    fails: '%s: while %s waits, %s',
  },
]
