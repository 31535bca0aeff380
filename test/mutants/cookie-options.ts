import type { Mutant } from '../../scripts/security/mutant.ts'

const OPTIONS = 'src/options/resolve-cookie.ts'
const TEST = 'test/behaviour/cookie-options.test.ts'
const GRAMMAR = {
  file: OPTIONS,
  test: TEST,
  fails: 'THREATS 21, T16: no character outside of its grammar gets into cookie.%s',
}
const REMOVAL = {
  file: 'src/cookie/write.ts',
  test: TEST,
  fails:
    'THREATS 19: the cookie that takes ours away has its name and its attributes, whatever they are',
}

export const mutants: readonly Mutant[] = [
  {
    ...GRAMMAR,
    when: 'a domain may be any text',
    search: '&& DOMAIN.test(domain)',
    replacement: '',
  },
  {
    ...GRAMMAR,
    when: 'a name may be any text',
    search: '!TOKEN.test(name)',
    replacement: "name === ''",
  },
  {
    when: 'a path may hold a semicolon',
    file: OPTIONS,
    search: '!PATH.test(path)',
    replacement: String.raw`!/^\//.test(path)`,
    test: TEST,
    fails:
      'THREATS 21, T16: options of any kind are refused, or are the attributes and nothing else',
  },
  {
    when: 'prefixes count in one case only',
    file: OPTIONS,
    search: 'if (/^__host-/i.test(name) &&',
    replacement: 'if (/^__Host-/.test(name) &&',
    test: TEST,
    fails: 'THREATS T4: a name is taken where its prefix holds, and refused elsewhere (ASVS 3.3.1)',
  },
  {
    ...REMOVAL,
    when: 'a removal is for the path /',
    search: '    ...attributes,\n    name,',
    replacement: "    ...attributes,\n    path: '/',\n    name,",
  },
  {
    ...REMOVAL,
    when: 'a removal names no domain',
    search: '    ...attributes,\n    name,',
    replacement: '    ...attributes,\n    domain: undefined,\n    name,',
  },
]
