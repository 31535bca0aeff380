import type { Mutant } from '../../scripts/security/mutant.ts'

export const mutants: readonly Mutant[] = [
  {
    when: 'a key `__proto__` is assigned like any other',
    file: 'src/session/changes.ts',
    search: '    defineOwn(target, key, value)\n',
    replacement: '    Object.setPrototypeOf(target, value as object)\n',
    test: 'test/behaviour/session-object.test.ts',
    fails: 'THREATS 26: that lies in a record never becomes a prototype',
  },
  {
    when: 'text is parsed however deep it is',
    file: 'src/record/serialize-nesting.ts',
    search: 'return text.length > limit && hasMoreBrackets(text, limit)',
    replacement: 'return text.length < 0 && hasMoreBrackets(text, limit)',
    test: 'src/record/serialize-nesting.test.ts',
    fails: 'THREATS T9: text is refused where data are',
  },
]
