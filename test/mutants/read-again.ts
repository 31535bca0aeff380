import type { Mutant } from '../../scripts/security/mutant.ts'

const AGAIN = 'test/behaviour/read-again.test.ts'
const RECENT = 'src/store/redis/recent-records.test.ts'

/** That a record which was read before is decoded once (docs/decisions/031) shows nowhere. */
export const mutants: readonly Mutant[] = [
  {
    when: 'requests share what a record was decoded to',
    file: 'src/record/codec.ts',
    search: 'return { data: copyOf(memo.data), outline: memo.outline }',
    replacement: 'return { data: memo.data, outline: memo.outline }',
    test: AGAIN,
    fails: 'have data of their own, down to the last',
  },
  {
    when: 'requests share what is nested in a record',
    file: 'src/record/plain.ts',
    search: "    if (typeof item === 'object' && item !== null) copy[at] = copyOfNested(item)\n",
    replacement: '    void item\n',
    test: AGAIN,
    fails: 'have data of their own, down to the last',
  },
  {
    when: 'the first reader is handed what is kept',
    file: 'src/record/codec.ts',
    search: '    if (memo !== undefined) memo.outline = outline\n',
    replacement: '    if (memo !== undefined) Object.assign(memo, { outline, data })\n',
    test: AGAIN,
    fails: 'have data of their own, down to the last',
  },
  {
    when: 'a record is taken for the one before it without a look at its bytes',
    file: 'src/store/redis/recent-records.ts',
    search: 'known !== undefined && reply.equals(known.bytes)',
    replacement: 'known?.bytes.length === reply.length',
    test: RECENT,
    fails: 'but not one with %s',
  },
  {
    when: 'other data are taken for those that were decoded before',
    file: 'src/store/redis/recent-records.ts',
    search: 'known?.record.data === answer.data ? known.record.memo : undefined',
    replacement: 'known?.record.memo',
    test: RECENT,
    fails: 'not as a whole, but with the same data, has been decoded already',
  },
  {
    when: 'bytes that a serializer may change are kept for the next request',
    file: 'src/lifecycle/payload.ts',
    search: 'const own = ownPayload(record.data)',
    replacement: 'const own = record.data',
    test: AGAIN,
    fails: 'a serializer that works in place spoils nothing that is kept',
  },
  {
    when: 'in production late changes are looked for as seldom as never',
    file: 'src/lifecycle/late-changes.ts',
    search: 'inProduction() ? 16 : 1',
    replacement: 'inProduction() ? 1600 : 1',
    test: 'test/behaviour/late-changes-production.test.ts',
    fails: 'in %s, of %i complete responses that changed sessions late %i are reported',
  },
  {
    when: 'an equal list of items counts as unchanged',
    file: 'src/record/plain.ts',
    search: '  if (outline[from] !== items.length) return NOWHERE\n',
    replacement: '',
    test: 'src/record/plain.test.ts',
    fails: 'but not when the item after an array moves to its end',
  },
]
