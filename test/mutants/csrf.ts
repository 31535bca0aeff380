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
  {
    when: 'text of any length is taken apart',
    file: 'src/session/csrf.ts',
    search: "typeof candidate !== 'string' || !TOKEN.test(candidate)",
    replacement: "typeof candidate !== 'string'",
    test: 'src/session/csrf.test.ts',
    fails: 'THREATS T8: text of a megabyte is refused without being read',
  },
  {
    when: 'a POST is taken for a look',
    file: 'src/guard/cross-origin.ts',
    search: "['GET', 'HEAD', 'OPTIONS']",
    replacement: "['GET', 'HEAD', 'OPTIONS', 'POST']",
    test: 'test/conformance/conformance.test.ts',
    fails: 'THREATS T6: what a page of another origin sends is refused, for a visitor too',
  },
  {
    when: 'the host that a proxy names is believed',
    file: 'src/guard/cross-origin.ts',
    search: "  const host = headerOf(request, 'host') ??",
    replacement:
      "  const host = headerOf(request, 'x-forwarded-host') ?? headerOf(request, 'host') ??",
    test: 'test/behaviour/cross-origin.test.ts',
    fails: 'THREATS T23: no header of a proxy is believed',
  },
]
