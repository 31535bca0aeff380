import type { Mutant } from '../../scripts/security/mutant.ts'

export const mutants: readonly Mutant[] = [
  {
    when: 'only the expiry of the key ends a session',
    file: 'src/lifecycle/judge.ts',
    search: "  if (!(now < expiryOf(answer))) return 'expired'\n",
    replacement: '',
    test: 'test/security/stored-times.test.ts',
    fails: 'THREATS 4: has ended when its idle timeout is over (ASVS 7.3.1)',
  },
  {
    when: 'activity is all that counts',
    file: 'src/record/record.ts',
    search: 'return record.deadline === null ? idleEnd : Math.min(idleEnd, record.deadline)',
    replacement: 'return idleEnd',
    test: 'test/security/stored-times.test.ts',
    fails:
      'THREATS 4: has ended when its absolute timeout is over, however active it was (ASVS 7.3.2)',
  },
  {
    when: 'activity is all that counts',
    file: 'src/record/record.ts',
    search: 'return record.deadline === null ? idleEnd : Math.min(idleEnd, record.deadline)',
    replacement: 'return idleEnd',
    test: 'test/security/stored-times.test.ts',
    fails: 'THREATS 4: is not prolonged by a write (ASVS 7.3.2)',
  },
  {
    when: 'a write moves the absolute end',
    file: 'src/session/merge.ts',
    search: '  record.writes = withWrite(theirs.writes, writeId)\n',
    replacement:
      '  record.deadline = theirs.deadline === null ? null : now + 86_400_000\n' +
      '  record.writes = withWrite(theirs.writes, writeId)\n',
    test: 'test/behaviour/timeouts.test.ts',
    fails: 'THREATS 4: never moves, whatever requests do and however the clock steps (ASVS 7.3.2)',
  },
  {
    when: 'what is idle for longer than its timeout lives on until the next touch',
    file: 'src/record/record.ts',
    search: 'record.touchedAt + record.timeoutMs + record.touchIntervalMs',
    replacement: 'record.touchedAt + record.timeoutMs + 2 * record.touchIntervalMs',
    test: 'test/behaviour/timeouts.test.ts',
    fails:
      'THREATS 4: holds whatever comes: not before the timeout, at most a touch interval later (ASVS 7.3.1)',
  },
  {
    when: 'option `unprovenTimeout` shortens nothing',
    file: 'src/session/merge.ts',
    search: '  return now - (timeoutMs + touchIntervalMs(timeoutMs) - unprovenTimeoutMs)',
    replacement: '  return now',
    test: 'test/behaviour/policy.test.ts',
    fails: 'THREATS T14: ends a session whose cookie never came back',
  },
]
