import type { Mutant } from '../../scripts/security/mutant.ts'

export const mutants: readonly Mutant[] = [
  {
    when: 'tokens do not hang on the family',
    file: 'src/session/csrf.ts',
    search: "const hmacs = secrets.map((secret) => deriveHmac(secret, 'csrf'))",
    replacement:
      "const hmacs = secrets.map((secret) => { const hmac = deriveHmac(secret, 'csrf'); " +
      "return (text: string) => hmac(text.replace(/^.*?\\./, '')) })",
    test: 'test/behaviour/csrf.test.ts',
    fails: "THREATS 24: another session's token is refused",
  },
  {
    when: 'tokens do not hang on the nonce',
    file: 'src/session/csrf.ts',
    search: "const hmacs = secrets.map((secret) => deriveHmac(secret, 'csrf'))",
    replacement:
      "const hmacs = secrets.map((secret) => { const hmac = deriveHmac(secret, 'csrf'); " +
      "return (text: string) => hmac(text.replace(/\\..*$/, '')) })",
    test: 'test/behaviour/csrf.test.ts',
    fails: 'THREATS 24: %s voids it',
  },
  {
    when: 'family and nonce are not kept apart',
    file: 'src/session/csrf.ts',
    search: "const hmacs = secrets.map((secret) => deriveHmac(secret, 'csrf'))",
    replacement:
      "const hmacs = secrets.map((secret) => { const hmac = deriveHmac(secret, 'csrf'); " +
      "return (text: string) => hmac(text.replaceAll('.', '')) })",
    test: 'src/session/csrf.test.ts',
    fails: 'THREATS 24: a token is of one family and one nonce',
  },
  {
    when: 'all tokens have the same mask',
    file: 'src/session/csrf.ts',
    search: '  const random = randomText(32)\n',
    replacement: "  const random = 'A'.repeat(43)\n",
    test: 'src/session/csrf.test.ts',
    fails: 'THREATS T6: no two tokens have a text in common, and all hold (BREACH)',
  },
  {
    when: 'all tokens have the same mask',
    file: 'src/session/csrf.ts',
    search: '  const random = randomText(32)\n',
    replacement: "  const random = 'A'.repeat(43)\n",
    test: 'test/behaviour/csrf.test.ts',
    fails: 'THREATS T6: each response has another text, all of them hold (BREACH)',
  },
]
