import type { Mutant } from '../../scripts/security/mutant.ts'

export const mutants: readonly Mutant[] = [
  {
    when: 'errors of clients are kept as they are',
    file: 'src/store/redis/failure.ts',
    search: '  const cause = bare(thrown)\n',
    replacement: '  const cause = thrown as Error\n',
    test: 'test/redis/errors.test.ts',
    fails: 'THREATS T12: errors over %s show no data',
  },
  {
    when: 'what Redis quotes is kept',
    file: 'src/store/redis/failure.ts',
    search: "message.replace(/,? with args beginning with.*/s, '')",
    replacement: 'message',
    test: 'test/redis/errors.test.ts',
    fails: 'THREATS T12: is never the arguments that Redis quotes',
  },
  {
    when: 'inspect shows the data',
    file: 'src/session/session.ts',
    search: 'keys: Object.keys(this)',
    replacement: 'keys: { ...this }',
    test: 'test/behaviour/session-object.test.ts',
    fails: 'THREATS T12: inspect shows id and key names, and no value',
  },
  {
    when: 'errors of JSON.parse are passed on',
    file: 'src/record/serialize-decode.ts',
    search: "    throw new SyntaxError('session data are not valid JSON')\n",
    replacement: '    return JSON.parse(text)\n',
    test: 'src/record/serialize-decode.test.ts',
    fails: 'THREATS T12: errors do not quote the text',
  },
  {
    when: 'a request that is printed shows all that hangs on it',
    file: 'src/session/visit.ts',
    search: '  [inspect.custom](): string {\n',
    replacement: '  ["printed"](): string {\n',
    test: 'test/conformance/conformance.test.ts',
    fails:
      'THREATS T12: a request that is printed shows no secret, no data and no cookie that it owes (ASVS 3.3.4)',
  },
  {
    when: 'records keep the family itself',
    file: 'src/cookie/credential.ts',
    search: 'sha256(family).slice(0, HASH_LENGTH)',
    replacement: 'family',
    test: 'test/leaks/leaks.test.ts',
    fails: 'THREATS 3, 14: shows no cookie, no family and no signature of any (ASVS 3.3.4)',
  },
  {
    when: 'a warning quotes the cookie',
    file: 'src/lifecycle/owed-cookie.ts',
    search: '  if (secure) warnIfPlainHttp',
    replacement: '  process.emitWarning(value)\n  if (secure) warnIfPlainHttp',
    test: 'test/leaks/leaks.test.ts',
    fails: 'THREATS 3, T1: nothing of it opens a session, nor what it can be put together to',
  },
  {
    when: 'nothing looks like a cookie to what looks for them',
    file: 'test/support/cookies-in.ts',
    search: 'Array.from(text.matchAll(COOKIE)',
    replacement: "Array.from(''.matchAll(COOKIE)",
    test: 'test/leaks/leaks.test.ts',
    fails: 'THREATS 14: what looks for cookies in the output of all tests knows one',
  },
]
