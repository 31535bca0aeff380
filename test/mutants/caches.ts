import type { Mutant } from '../../scripts/security/mutant.ts'

export const mutants: readonly Mutant[] = [
  {
    when: 'no response says that it varies by Cookie',
    file: 'src/adapters/cache-headers.ts',
    search: "  return [...fields, 'Cookie'].join(', ')",
    replacement: '  return undefined',
    test: 'test/proxy/careless.test.ts',
    fails: 'THREATS 12: users share neither pages nor cookies where only Vary is honoured',
  },
  {
    when: 'a page of a user does not say that it is private',
    file: 'src/adapters/cache-headers.ts',
    search: "  if (cacheControl === '') return 'private'\n",
    replacement: "  if (cacheControl === '') return undefined\n",
    test: 'test/proxy/careless.test.ts',
    fails: 'THREATS T10: one that knows no Vary keeps no page of a user that %s',
  },
  {
    when: 'a response with our cookie may be stored',
    file: 'src/adapters/cache-headers.ts',
    search: "directivesOf(cacheControl).includes('no-store') ? undefined : 'no-store'",
    replacement: "directivesOf(cacheControl).includes('no-store') ? undefined : undefined",
    test: 'test/proxy/two-users.test.ts',
    fails: 'THREATS 12: nobody gets the page of another that %s',
  },
]
