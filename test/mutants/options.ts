import type { Mutant } from '../../scripts/security/mutant.ts'

export const mutants: readonly Mutant[] = [
  {
    when: 'defaults are written into the options',
    file: 'src/options/resolve-cookie.ts',
    search: "  requireGroup('cookie', options, KNOWN)\n",
    replacement:
      "  requireGroup('cookie', options, KNOWN)\n" +
      "  ;(options as { path?: string }).path ??= '/'\n",
    test: 'test/security/options-unchanged.test.ts',
    fails: 'THREATS 30: may serve two applications, which do not meet',
  },
  {
    when: 'secrets are sorted where they stand',
    file: 'src/options/resolve-secrets.ts',
    search: '  if (secrets.length === 0) {\n',
    replacement: '  secrets.reverse().reverse()\n  if (secrets.length === 0) {\n',
    test: 'test/security/options-unchanged.test.ts',
    fails: 'THREATS 30: may be frozen all the way down, and stay what they were',
  },
  {
    when: 'a limit is looked up in the options, each time',
    file: 'src/options/resolve.ts',
    search: "    maxBytes: requireInteger('maxBytes', maxBytes, LIMITS.maxBytes),\n",
    replacement: '    get maxBytes() {\n      return options.maxBytes as number\n    },\n',
    test: 'test/security/options-unchanged.test.ts',
    fails: 'THREATS 30: may be changed afterwards, which changes nothing',
  },
  {
    when: 'any text is taken for a type',
    file: 'src/options/clear-site-data.ts',
    search: "requireWord('clearSiteData', type, TYPES)",
    replacement: 'String(type)',
    test: 'test/behaviour/options.test.ts',
    fails: 'THREATS T16: %j is refused',
  },
  {
    when: 'only the first secret is looked at',
    file: 'src/options/resolve-secrets.ts',
    search: 'checked.findIndex(isGuessable)',
    replacement: 'checked.slice(0, 1).findIndex(isGuessable)',
    test: 'test/behaviour/weak-secret.test.ts',
    fails: 'THREATS T18: a guessable %s is taken, and warned of once',
  },
  {
    when: 'another package is needed',
    file: 'package.json',
    search: '  "devDependencies": {\n',
    replacement: '  "dependencies": { "ms": "2.1.3" },\n  "devDependencies": {\n',
    test: 'test/security/supply-chain.test.ts',
    fails: 'THREATS T21: whoever installs the package gets no other; one, pinned, is a part of it',
  },
  {
    when: 'installing runs a script',
    file: 'package.json',
    search: '    "format": "oxfmt",\n',
    replacement: '    "format": "oxfmt",\n    "postinstall": "node scripts/hello.js",\n',
    test: 'test/security/supply-chain.test.ts',
    fails: 'THREATS T21: installing runs nothing',
  },
  {
    when: 'a framework is installed with the package',
    file: 'package.json',
    search: '    "express": {\n      "optional": true\n    },\n',
    replacement: '',
    test: 'test/security/supply-chain.test.ts',
    fails: 'THREATS T21: frameworks and clients are asked for, never installed',
  },
]
