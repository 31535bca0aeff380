import type { Mutant } from '../../scripts/security/mutant.ts'

const LOST = 'test/behaviour/lost-answers.test.ts'
const TIMEOUTS = 'test/behaviour/timeouts.test.ts'
const PARALLEL = 'test/behaviour/parallel.test.ts'
const ONE = 'test/behaviour/one-request.test.ts'
const ENDS = 'test/behaviour/ends.test.ts'
const CONTRACT = { test: 'test/contract/redis.test.ts', fails: 'redisStore from a url' }
const MEMORY = 'src/store/memory.ts'
const WRITE = 'src/lifecycle/write.ts'
const COMMIT = 'src/lifecycle/commit.ts'
const MERGE = 'src/session/merge.ts'
const MODEL = { test: 'test/model/model.test.ts', fails: 'holds in every order, or in many' }

/** The rules of the protocol that are about writes, each taken out: PROTOCOL.md rules 9 to 25. */
export const mutants: readonly Mutant[] = [
  {
    when: 'rule 9: a replace knows itself only while nobody has written since',
    file: MEMORY,
    search: '    if (wrote(stored, revisionOf(record))) {\n',
    replacement: '    if (revisionOf(stored) === revisionOf(record)) {\n',
    test: LOST,
    fails: 'brings back no message that was shown since',
  },
  {
    when: 'rule 9: a replace knows itself only while nobody has written since',
    file: 'src/store/redis/lua/replace.lua',
    search: "string.find(writes, ',' .. ARGV[1] .. ',', 1, true)",
    replacement: 'isRevision(ARGV[1])',
    test: LOST,
    fails: 'brings back no message that was shown since',
  },
  {
    when: 'rule 9: a record remembers its last write only',
    file: 'src/record/writes.ts',
    search: '[id, ...others.slice(0,',
    replacement: '[id, ...others.slice(8,',
    ...MODEL,
  },
  {
    when: 'rule 9: a write goes over what another has written since',
    file: MEMORY,
    search:
      "    if (revisionOf(stored) !== expected.revision) return { status: 'conflict', record: stored }\n",
    replacement: '',
    test: PARALLEL,
    fails: '20 that set 20 keys keep 20',
  },
  {
    when: 'rule 9: a write goes over what another has written since',
    file: 'src/store/redis/lua/replace.lua',
    search: 'isRevision(ARGV[2]) and family',
    replacement: '#ARGV[2] > 0 and family',
    test: PARALLEL,
    fails: '20 that set 20 keys keep 20',
  },
  {
    when: 'rule 9: who writes over another’s write is told that the session is gone',
    file: 'src/store/redis/lua/replace.lua',
    search: 'if record.writes[1] ~= ARGV[2] then return { 3, value } end\n',
    replacement: 'if record.writes[1] == ARGV[1] then return { 3, ARGV[2] } end\n',
    test: PARALLEL,
    fails: '20 that set 20 keys keep 20',
  },
  {
    when: 'a write is taken for the one it was made from by the beginning of its revision',
    file: 'src/store/redis/lua/as-read.lua',
    search: "#id + 2) == ',' .. id .. ','",
    replacement: "#id + 1) == ',' .. id",
    ...CONTRACT,
  },
  {
    when: 'a write that has happened happens again where its record is at the front again',
    file: 'src/store/redis/lua/replace.lua',
    search: ' and not happened then',
    replacement: ' then',
    ...CONTRACT,
  },
  {
    when: 'a write goes into another family that has the same revision',
    file: 'src/store/redis/lua/replace.lua',
    search: ' and family == ARGV[3]',
    replacement: " and family ~= ARGV[3] .. ','",
    ...CONTRACT,
  },
  {
    when: 'nobody is told that a session will expire earlier',
    file: 'src/store/redis/bound-store.ts',
    search: "expiry < expected.expiresAt ? '1' : '0'",
    replacement: "expiry === expected.expiresAt ? '1' : '0'",
    ...CONTRACT,
  },
  {
    when: 'rule 10: a rotation that is sent again hands out its cookie, whatever came since',
    file: WRITE,
    search: '    if (answer.familyHash !== record.familyHash) state.lose()\n',
    replacement: '',
    test: 'test/behaviour/re-sent-rotation.test.ts',
    fails: 'a re-sent rotation, after another request rotated in between, hands out no cookie',
  },
  {
    when: 'rule 11: a touch is no new revision',
    file: 'src/store/touched.ts',
    search: '  next.writes = withWrite(record.writes, touch.writeId)\n',
    replacement: '  next.writes = record.writes\n',
    test: TIMEOUTS,
    fails: 'is not undone by a write of a request that began before it and does not count',
  },
  {
    when: 'rule 11: a touch is sent at the end of a request',
    file: 'src/lifecycle/touch.ts',
    search: '  if (!due && state.edition <= edition) return\n',
    replacement: '  if (due || state.edition <= edition) return\n',
    test: 'test/behaviour/timeouts.test.ts',
    fails: 'happens while the handler works: a slow one does not outlive its session',
  },
  {
    when: 'rule 11: the expiry of a touched key is not that of its header',
    file: 'src/store/redis/lua/touch.lua',
    search: "'PXAT', string.format('%.0f', expiry(record)))",
    replacement: "'PXAT', string.format('%.0f', tonumber(ARGV[3]) + 1200000))",
    ...CONTRACT,
  },
  {
    when: 'a touch takes a write back that came after its record was read',
    file: 'src/store/redis/lua/touch.lua',
    search: 'isRevision(ARGV[6]) and',
    replacement: '#ARGV[6] > 0 and',
    ...CONTRACT,
  },
  {
    when: 'a touch of another family counts where its record was read',
    file: 'src/store/redis/lua/touch.lua',
    search: ' and family == ARGV[1]',
    replacement: ' and family',
    ...CONTRACT,
  },
  {
    when: 'a touch leaves of what it was made from no more than the header',
    file: 'src/store/redis/lua/touch.lua',
    search: 'ARGV[7] .. payloads',
    replacement: 'ARGV[7] .. string.sub(payloads, 1, 0)',
    ...CONTRACT,
  },
  {
    when: 'what a touch says of a record that it writes is what was read',
    file: 'src/store/redis/bound-store.ts',
    search: 'return touchAnswerOf(next as SessionRecord)',
    replacement: 'return touchAnswerOf(from as SessionRecord)',
    ...CONTRACT,
  },
  {
    when: 'rule 12: a touch that comes late takes activity back',
    file: 'src/store/touched.ts',
    search: 'touch.active ? Math.max(record.touchedAt, touch.at) : record.touchedAt',
    replacement: 'touch.active ? touch.at : record.touchedAt',
    test: TIMEOUTS,
    fails: 'is not undone by activity before it that is noted later',
  },
  {
    when: 'rule 12: a write lasts from when it was carried out, each time',
    file: 'src/store/redis/lua/replace.lua',
    search: 'if happened then return { 2, record.family } end\n',
    replacement:
      'if happened then\n' +
      "  redis.call('SET', KEYS[1], ARGV[4], 'PXAT', ARGV[5])\n" +
      '  return { 2, record.family }\n' +
      'end\n',
    test: LOST,
    fails: 'takes nothing back that another has written since',
  },
  {
    when: 'rule 13: a create that is sent again finds its id taken',
    file: MEMORY,
    search: "return wrote(stored, revisionOf(record)) ? 'created' : 'taken'",
    replacement: "return 'taken'",
    test: 'test/behaviour/connection-lost.test.ts',
    fails: 'and a visitor gets one session of it',
  },
  {
    when: 'rule 13: a create that is sent again finds its id taken',
    file: 'src/store/redis/lua/create.lua',
    search: 'if record and position(record.writes, ARGV[1]) then return { 1 } end\n',
    replacement: 'if record and position(record.writes, ARGV[1]) == 0 then return { 1 } end\n',
    test: LOST,
    fails: 'makes one session, whose cookie is sent',
  },
  {
    when: 'rule 14: whoever waited ends the session of who has signed in since',
    file: MEMORY,
    search: "    if (stored.principal !== null && stored.principal !== principal) return 'gone'\n",
    replacement: '    void principal\n',
    ...MODEL,
  },
  {
    when: 'rule 14: a session begins although the one before could not be ended',
    file: 'src/lifecycle/remove-ended.ts',
    search: "    if (answer === 'gone') return stateOf(visit.session).lose()\n",
    replacement: '    void stateOf\n',
    test: 'test/behaviour/sign-in.test.ts',
    fails:
      'a request that ends what it has found, once somebody signed in there, begins nothing either',
  },
  {
    when: 'rule 15: a cookie that save() has earned is forgotten',
    file: 'src/lifecycle/result.ts',
    search: "  if (outcome !== 'destroyed' && owedCookie === undefined) return { outcome }\n",
    replacement: '  if (!/created|saved|destroyed/.test(outcome)) return { outcome }\n',
    test: ONE,
    fails: 'the cookie that save() of a visitor earned is sent at the end, also of a failure',
  },
  {
    when: 'rule 15: a failed request rotates, against cookieOnException',
    file: COMMIT,
    search: '  if (quiet) delete state.wishes.family\n',
    replacement: '',
    test: ENDS,
    fails: 'rotates nothing with cookieOnException false, and saves the rest',
  },
  {
    when: 'rule 15: a session begins whose cookie cannot be sent any more',
    file: WRITE,
    search: '  if (!finished) return\n',
    replacement: '  if (finished !== undefined) return\n',
    test: 'test/behaviour/misuse-late-changes.test.ts',
    fails: 'a new session cannot be saved then: it is an error that says so',
  },
  {
    when: 'rule 16: a write takes later activity back',
    file: MERGE,
    search: '  record.touchedAt = Math.max(theirs.touchedAt, active)\n',
    replacement: '  record.touchedAt = active\n',
    test: 'src/session/merge.test.ts',
    fails: 'PROTOCOL.md rule 16: the later activity wins',
  },
  {
    when: 'rule 16: a write brings the timeout that its request has read',
    file: MERGE,
    search: '  record.touchedAt = Math.max(theirs.touchedAt, active)\n',
    replacement:
      '  record.touchedAt = Math.max(theirs.touchedAt, active)\n  record.timeoutMs = state.timeoutMs\n',
    ...MODEL,
  },
  {
    when: 'rule 16: a sign-in leaves the absolute end where it was',
    file: MERGE,
    search: '      deadline: signIn.deadline,\n',
    replacement: '',
    test: 'test/behaviour/timeouts.test.ts',
    fails: 'expiresAt and createdAt are known while the request runs, and of a visitor',
  },
  {
    when: 'rule 17: update() shows its function what was written after a rotation',
    file: WRITE,
    search: 'answer.record.familyHash !== familyHash',
    replacement: "familyHash === ''",
    test: 'test/behaviour/rotation.test.ts',
    fails: 'an update() under way when another request rotates never shows its code the record',
  },
  {
    when: 'rule 17: a merge function is shown what was written after a rotation',
    file: WRITE,
    search: 'answer.record.familyHash !== familyHash',
    replacement: "familyHash === ''",
    test: 'test/behaviour/rotation.test.ts',
    fails: 'a merge function is not shown what others wrote after it',
  },
  {
    when: 'rule 18: what update() has changed leaves the pending value of its key',
    file: 'src/lifecycle/update.ts',
    search: '    setOwn(state.visit.session, key, value)\n',
    replacement: '',
    test: ONE,
    fails: 'update() works on what is stored; keys it changes replace pending values',
  },
  {
    when: 'rule 19: a sign-in drops only what its request has read',
    file: 'src/lifecycle/merged.ts',
    search: 'keep === undefined ? stored : only(keep, stored)',
    replacement: 'keep === undefined ? stored : { ...stored, ...only(keep, stored) }',
    ...MODEL,
  },
  {
    when: 'rule 19: nobody signs in where an anonymous record has vanished',
    file: 'src/lifecycle/sign-in.ts',
    search: 'if (!(await hasVanished(engine, state))) throw',
    replacement: 'if (await hasVanished(engine, state)) throw',
    test: 'test/behaviour/accounts.test.ts',
    fails: 'an anonymous record that vanished is no reason not to sign in',
  },
  {
    when: 'rule 20: clear() drops only what its request has read',
    file: 'src/session/draft.ts',
    search: 'this.wishes.clears === undefined ? this.wishes.signIn?.keep : []',
    replacement: 'this.wishes.signIn?.keep',
    test: PARALLEL,
    fails: 'clear() drops what another wrote in between too, and keeps what follows it',
  },
  {
    when: 'rule 20: an equal value is a write',
    file: 'src/session/changes.ts',
    search: '    if (text === undefined || text !== base.get(key)) changes.set(key, value)\n',
    replacement: '    void text\n    changes.set(key, value)\n',
    test: 'test/behaviour/what-is-written.test.ts',
    fails: 'a request writes nothing that',
  },
  {
    when: 'rule 21: messages are stored as this request has them',
    file: 'src/lifecycle/merged.ts',
    search: '(found?.base.flash ?? base.flash)',
    replacement: '(base.flash)',
    test: PARALLEL,
    fails: 'flash messages pushed by two are both kept',
  },
  {
    when: 'rule 21: whether a message is there twice is judged by what the request has read',
    file: 'src/session/flash.ts',
    search: 'if (!unique || !holdsEqual(entries, entry))',
    replacement: 'if (!unique || !holdsEqual(this.#stored as FlashEntry[], entry))',
    test: PARALLEL,
    fails: 'one flash message pushed by two without allowDuplicate is kept once',
  },
  {
    when: 'rule 23: each first call for a token makes a nonce',
    file: 'src/session/session.ts',
    search:
      '    if (this.#state.base === undefined) writable(this.#state).wishes.mustStore = true\n',
    replacement:
      "    if (this.#state.csrfNonce === '') writable(this.#state).wishes.csrfNonce = randomId()\n" +
      '    if (this.#state.base === undefined) writable(this.#state).wishes.mustStore = true\n',
    test: 'test/behaviour/csrf.test.ts',
    fails: 'two first calls in parallel do not void each other',
  },
  {
    when: 'rule 24: to adjust the timeout of a visitor makes no session',
    file: 'src/session/draft.ts',
    search: 'wishes.mustStore === true || wishes.timeoutMs !== undefined',
    replacement: 'wishes.mustStore === true',
    test: 'test/behaviour/adjusted-timeout.test.ts',
    fails: 'makes a session of a visitor without data',
  },
  {
    when: 'rule 24: an adjusted timeout outlives its session',
    file: 'src/session/session.ts',
    search: '    this.#state = new SessionState(visit)\n    dropData(this)\n',
    replacement:
      '    const { timeoutMs } = this.#state\n    this.#state = new SessionState(visit)\n' +
      '    this.#state.wishes = { timeoutMs }\n    dropData(this)\n',
    test: 'test/behaviour/adjusted-timeout.test.ts',
    fails: 'ends with its session: the one begun after invalidate() has the default',
  },
  {
    when: 'rule 25: a sign-out leaves the cookie of the sign-in',
    file: 'src/lifecycle/result.ts',
    search: 'cookie.signedInSent && (destroyed || (ends > 0 && principal === null))',
    replacement: 'cookie.signedInSent && !destroyed && ends > 0 && principal === null',
    test: 'test/behaviour/sign-in.test.ts',
    fails: 'signOut() ends it and clears every cookie that was sent',
  },
  {
    when: 'rule 25: a record of a newer version is an empty session',
    file: 'src/store/redis/replies.ts',
    search: "  if (record !== 'newer') return record\n",
    replacement: "  if (record !== 'newer' || 1) return record === 'newer' ? 'absent' : record\n",
    test: 'test/redis/foreign-values.test.ts',
    fails: 'a record of a newer version is an error, not an empty session',
  },
]
