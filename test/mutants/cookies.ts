import type { Mutant } from '../../scripts/security/mutant.ts'

export const mutants: readonly Mutant[] = [
  {
    when: 'signatures are compared by an operator',
    file: 'src/cookie/credential.ts',
    search: 'hmacs.findIndex((hmac) => equal(signature, hmac(signed)))',
    replacement: 'hmacs.findIndex((hmac) => signature === hmac(signed))',
    test: 'test/security/constant-time.test.ts',
    fails: 'THREATS 20, T13: is done by timingSafeEqual, and nowhere by an operator',
  },
  {
    when: 'the last byte of a signature does not count',
    file: 'src/cookie/credential.ts',
    search: "timingSafeEqual(bytes, Buffer.from(right, 'latin1'))",
    replacement:
      "timingSafeEqual(bytes.subarray(0, -1), Buffer.from(right, 'latin1').subarray(0, -1))",
    test: 'test/security/constant-time.test.ts',
    fails: 'THREATS 20, T13: every byte counts, wherever it is',
  },
  {
    when: 'the last byte of a signature does not count',
    file: 'src/cookie/credential.ts',
    search: "timingSafeEqual(bytes, Buffer.from(right, 'latin1'))",
    replacement:
      "timingSafeEqual(bytes.subarray(0, -1), Buffer.from(right, 'latin1').subarray(0, -1))",
    test: 'test/behaviour/cookie.test.ts',
    fails: 'THREATS 20: any change of any character is refused (ASVS 7.2.1)',
  },
  {
    when: 'the last byte of a token does not count',
    file: 'src/cookie/credential.ts',
    search: "timingSafeEqual(bytes, Buffer.from(right, 'latin1'))",
    replacement:
      "timingSafeEqual(bytes.subarray(0, -1), Buffer.from(right, 'latin1').subarray(0, -1))",
    test: 'src/session/csrf.test.ts',
    fails: 'THREATS 20: any change of any character is refused',
  },
  {
    when: 'a cookie that was rotated away is cleared, and others that open nothing are not',
    file: 'src/lifecycle/open.ts',
    search: "  if (reason === 'rotated' || reason === 'replayed') state.standing = 'refused'\n",
    replacement: "  if (reason === 'rotated') visit.invalidated = true\n",
    test: 'test/security/constant-time.test.ts',
    fails: 'THREATS T13: cannot be told apart by their answers, nor by what they cost',
  },
  {
    when: 'a removal has no attributes',
    file: 'src/cookie/write.ts',
    search: "    ...attributes,\n    name,\n    value: '',",
    replacement: "    name,\n    value: '',",
    test: 'test/behaviour/cookie-options.test.ts',
    fails:
      'THREATS 19: the cookie that takes ours away has its name and its attributes, whatever they are',
  },
  {
    when: 'a path may hold a semicolon',
    file: 'src/options/resolve-cookie.ts',
    search: 'const PATH = /^\\/[\\x20-\\x3a\\x3c-\\x7e]*$/',
    replacement: 'const PATH = /^\\/[\\x20-\\x7e]*$/',
    test: 'test/behaviour/cookie-options.test.ts',
    fails: 'THREATS 21, T16: no character outside of its grammar gets into cookie.%s',
  },
  {
    when: 'a prefix is a name like any other',
    file: 'src/options/resolve-cookie.ts',
    search: 'if (/^__host-/i.test(name) && ',
    replacement: "if (name === '' && ",
    test: 'test/behaviour/cookie-options.test.ts',
    fails: 'THREATS T4: a name is taken where its prefix holds, and refused elsewhere (ASVS 3.3.1)',
  },
  {
    when: 'a no-break space counts as a space',
    file: 'src/cookie/read.ts',
    search: '  return code === SPACE || code === TAB\n',
    replacement: '  return code === SPACE || code === TAB || code === 0xa0\n',
    test: 'test/behaviour/cookie.test.ts',
    fails: 'THREATS 22: %j: %s',
  },
  {
    when: 'a no-break space counts as a space',
    file: 'src/cookie/read.ts',
    search: '  return code === SPACE || code === TAB\n',
    replacement: '  return code === SPACE || code === TAB || code === 0xa0\n',
    test: 'test/behaviour/cookie.test.ts',
    fails: 'THREATS 22: finds in hostile headers what a reader written otherwise finds',
  },
  {
    when: 'a name may have something before it',
    file: 'src/cookie/read.ts',
    search: '  return before < 0 || header.charCodeAt(before) === SEMICOLON\n',
    replacement: '  return before < header.length\n',
    test: 'test/conformance/conformance.test.ts',
    fails: 'THREATS 22, T4: only the exact name matches, for 40 hostile headers and more',
  },
  {
    when: 'of two cookies of our name the first counts',
    file: 'src/cookie/read.ts',
    search: "      if (found !== 'none') return 'duplicate'\n",
    replacement: "      if (found !== 'none') return found\n",
    test: 'test/conformance/conformance.test.ts',
    fails: 'THREATS T4: two cookies of our name are no session, in one header field or in two',
  },
  {
    when: 'the header is copied for each name that is like ours',
    file: 'src/cookie/read.ts',
    search: '    at = header.indexOf(key, at + key.length)\n',
    replacement:
      '    const next = header.slice(at + key.length).indexOf(key)\n    at = next === -1 ? -1 : at + key.length + next\n',
    test: 'test/fuzz/fuzz.test.ts',
    fails: 'THREATS 29, T8: a huge Cookie header is read in one pass',
  },
  {
    when: 'a signature by any secret is good',
    file: 'src/cookie/credential.ts',
    search: "    if (signer === -1) return 'forged'\n",
    replacement: '',
    test: 'test/fuzz/fuzz.test.ts',
    fails: 'THREATS 8: a cookie signed by another secret is not adopted (ASVS 7.2.1)',
  },
  {
    when: 'traces of a proxy are not looked for',
    file: 'src/cookie/secure.ts',
    search:
      "    if (name === 'forwarded' || name === 'via' || name.startsWith('x-forwarded-')) return true\n",
    replacement: "    if (name === '') return true\n",
    test: 'test/behaviour/cookie.test.ts',
    fails: "THREATS T23: with 'auto': %s",
  },
  {
    when: 'our cookie is pushed into the array of the application',
    file: 'src/adapters/response-headers.ts',
    search:
      "  if (!cookies.includes(cookie)) response.setHeader('Set-Cookie', [...cookies, cookie])",
    replacement:
      "  if (!cookies.includes(cookie)) (response as unknown as Headers & { appendHeader: Headers['append'] }).appendHeader('Set-Cookie', cookie)",
    test: 'test/http/first-byte-headers.test.ts',
    fails: "THREATS 23: the caller's own arrays and objects are not changed (CVE-2025-7339)",
  },
  {
    when: 'our cookie takes the place of others',
    file: 'src/adapters/response-headers.ts',
    search: "response.setHeader('Set-Cookie', [...cookies, cookie])",
    replacement: "response.setHeader('Set-Cookie', [cookie])",
    test: 'test/conformance/conformance.test.ts',
    fails: "THREATS 23: the application's own cookies are kept, in order, beside ours",
  },
]
