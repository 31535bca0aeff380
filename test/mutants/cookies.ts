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
]
