import type { Mutant } from '../../scripts/security/mutant.ts'

export const mutants: readonly Mutant[] = [
  {
    when: 'the removal is not Partitioned',
    file: 'src/cookie/write.ts',
    search: "    ...attributes,\n    name,\n    value: '',",
    replacement: "    ...attributes,\n    partitioned: false,\n    name,\n    value: '',",
    test: 'test/browser/other-sites.test.ts',
    fails: 'THREATS 19: ends under one site and goes on under the other',
  },
  {
    when: 'the removal has no domain',
    file: 'src/cookie/write.ts',
    search: "    ...attributes,\n    name,\n    value: '',",
    replacement: "    ...attributes,\n    domain: undefined,\n    name,\n    value: '',",
    test: 'test/browser/removal.test.ts',
    fails: 'THREATS 19: over %s, signing out takes the cookie away',
  },
  {
    when: 'of two cookies of our name the first counts',
    file: 'src/cookie/read.ts',
    search: "if (found !== 'none') return 'duplicate'",
    replacement: "if (found !== 'none') return found",
    test: 'test/browser/tossing.test.ts',
    fails: 'THREATS T4: with a name of your own, two sign-ins are ignored',
  },
  {
    when: 'a name may have something before it that is no blank',
    file: 'src/cookie/read.ts',
    search: 'return code === SPACE || code === TAB',
    replacement: 'return code === SPACE || code === TAB || code > 127',
    test: 'test/browser/tossing.test.ts',
    fails: 'THREATS T4: a sibling plants its own session',
  },
  {
    when: 'scripts can read the cookie',
    file: 'src/cookie/write.ts',
    search: '{ ...attributes, ...cookie }',
    replacement: '{ ...attributes, httpOnly: false, ...cookie }',
    test: 'test/browser/prefixes.test.ts',
    fails:
      'THREATS 22: arrives, comes back, and scripts never see it (ASVS 3.3.1, ASVS 3.3.3, ASVS 3.3.4)',
  },
  {
    when: 'the cookie says nothing of other sites',
    file: 'src/cookie/write.ts',
    search: '{ ...attributes, ...cookie }',
    replacement: '{ ...attributes, sameSite: undefined as never, ...cookie }',
    test: 'test/browser/other-sites.test.ts',
    fails: 'THREATS T6: what another site causes',
  },
]
