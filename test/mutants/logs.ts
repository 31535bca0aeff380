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
]
