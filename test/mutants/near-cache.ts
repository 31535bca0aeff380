import type { Mutant } from '../../scripts/security/mutant.ts'

const NEAR = 'src/store/redis/near.ts'
const TRACKING = 'src/store/redis/tracking.ts'
const READING = 'src/lifecycle/near.ts'
const TEST = 'test/redis/near-cache.test.ts'
const FAULTS = 'test/redis/near-cache-faults.test.ts'

/** What keeps a near cache from showing what is no longer so: PROTOCOL.md rule 22 and decision 023. */
export const mutants: readonly Mutant[] = [
  {
    when: 'rule 22: what is held may turn somebody away who has rotated',
    file: READING,
    search: 'mayUse(engine, visit, credential, store, record)',
    replacement: 'record.id === credential.id',
    test: TEST,
    fails:
      'nobody is turned away by what is held: a rotated cookie is looked up, as is a renewed one',
  },
  {
    when: 'rule 22: an edition that is not the one held is accepted',
    file: READING,
    search: 'record.edition === credential.edition',
    replacement: 'record.edition >= credential.edition',
    test: TEST,
    fails: 'a cookie that is not the latest is looked up each time',
  },
  {
    when: 'revokeEverything() is not minded by what is held',
    file: READING,
    search: 'engine.epochs !== undefined && engine.epochs.isOver',
    replacement: 'engine.epochs === null && engine.epochs.isOver',
    test: TEST,
    fails: 'what everybody is signed out by counts within its second',
  },
  {
    when: 'a process does not forget what it has written itself',
    file: 'src/store/redis/scripts.ts',
    search: 'this.#near?.forget(key)\n      if',
    replacement: 'if',
    test: FAULTS,
    fails: 'what was read while a write of this process was under way is not used after it',
  },
  {
    when: 'a process forgets only when it is answered that something has ended',
    file: 'src/store/redis/scripts.ts',
    search: "if (name !== 'touch') this.#near?.forget(key)\n    try",
    replacement: 'try',
    test: FAULTS,
    fails: 'what this process tried to end is not used again, answered or not',
  },
  {
    when: 'a reply is kept, whatever has been heard since it was asked for',
    file: NEAR,
    search: 'if (this.#entries.get(key) !== loading) return answer',
    replacement: '',
    test: FAULTS,
    fails: 'a change that comes while a session is read is not missed',
  },
  {
    when: 'changes that are heard are passed over',
    file: NEAR,
    search: 'else for (const key of keys) this.#entries.delete(key)',
    replacement: '',
    test: TEST,
    fails: 'a session that is read again costs no command, until another process changes it',
  },
  {
    when: 'the server forgetting everything is passed over',
    file: NEAR,
    search: 'if (keys === undefined) this.#entries.clear()\n    else',
    replacement: 'if (keys !== undefined)',
    test: TEST,
    fails: 'all is forgotten when the server forgets all',
  },
  {
    when: 'what was held over a lost connection is used over the next',
    file: NEAR,
    search: 'if (entry.proof !== tracking.proof || ',
    replacement: 'if (',
    test: FAULTS,
    fails: 'what changes while its connections are lost is seen, and it comes back',
  },
  {
    when: 'nothing has to be proven',
    file: NEAR,
    search: 'if (now - knownAt(entry, tracking.proof) > this.#maxStaleMs) return undefined',
    replacement: '',
    test: FAULTS,
    fails: 'nor after a pause of the process, before it could see that its connections are dead',
  },
  {
    when: 'a connection that is dead without a word is waited for',
    file: TRACKING,
    search: 'if (waiting) this.#fail(',
    replacement: 'if (!waiting) this.#fail(',
    test: FAULTS,
    fails:
      'while the connection on which it %s is dead without a word, no request fails and nothing is used for longer than it may',
  },
  {
    when: 'it is taken to work before it was seen to',
    file: TRACKING,
    search: 'await this.#reader.get(this.#probe)',
    replacement: "this.#state = 'live'",

    test: FAULTS,
    fails: 'it is used only once it was seen to work',
  },
  {
    when: 'an absence is kept',
    file: NEAR,
    search: 'isRecord(answer) && bytesOf(answer) <= LARGEST_BYTES',
    replacement:
      "answer !== 'undecodable' && (answer === 'absent' || bytesOf(answer as never) <= LARGEST_BYTES)",
    test: TEST,
    fails: 'an absence is not kept',
  },
  {
    when: 'as many sessions are held as are read',
    file: NEAR,
    search: 'this.#entries.size >= this.#maxSessions',
    replacement: 'this.#entries.size < 0',
    test: TEST,
    fails: 'no more sessions are held than it may have, and those in use stay',
  },
  {
    when: 'in an outage an old cookie is shown the session',
    file: 'src/lifecycle/without-store.ts',
    search: 'if (!accepts(engine, visit, credential, record)) return undefined',
    replacement: '',
    test: FAULTS,
    fails: 'nobody is shown what is not known, what this process ended, or an old cookie',
  },
  {
    when: 'in an outage there is no end to it',
    file: NEAR,
    search: 'age > this.#maxOutageMs ? undefined : entry.record',
    replacement: 'entry.record',
    test: FAULTS,
    fails: 'it ends after the time it may last',
  },
]
