import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { StoreError, type StoreOperation } from '../../src/errors.ts'
import { createSessions } from '../../src/sessions.ts'
import { memoryStore } from '../../src/store/memory.ts'
import type { Store } from '../../src/store/store.ts'
import { SECRET, type Data, type DataSessions } from '../support/app.ts'
import { keepCookie, pairsOf } from '../support/browser-jar.ts'
import { everyOperation } from '../support/stepped.ts'
import { wrongIn } from './check.ts'
import type { Operation } from './history.ts'
import type { Step } from './job.ts'
import { RecordedRequest } from './request.ts'

/* One request after the other, with answers lost wherever they can be: what a history notes of a
 * request explains what comes of it, and that the same each time it is played. */

type Act = Exclude<Step, readonly ['pause' | 'until', unknown]>
type Kind = Act[0]

/** What becomes of one write; what is late is carried out after the next one. */
type Fate = 'answered' | 'not carried out' | 'answer lost' | 'late'

const kinds = fc.oneof(
  {
    weight: 5,
    arbitrary: fc.constantFrom<Kind>('set', 'delete', 'push', 'pop', 'update', 'save', 'adjust'),
  },
  { weight: 3, arbitrary: fc.constantFrom<Kind>('signIn', 'rotate', 'save') },
  { weight: 1, arbitrary: fc.constantFrom<Kind>('invalidate', 'signOut') },
)
const request = fc.array(fc.tuple(kinds, fc.nat(2)), { maxLength: 6, size: 'max' })
const fates = fc.array(
  fc.oneof(
    { weight: 2, arbitrary: fc.constant<Fate>('answered') },
    { weight: 3, arbitrary: fc.constantFrom<Fate>('not carried out', 'answer lost', 'late') },
  ),
  { maxLength: 40, size: 'max' },
)

test('what is noted of requests without an answer explains what comes of them', async () => {
  const property = fc.asyncProperty(
    fc.array(request, { minLength: 1, maxLength: 3 }),
    fates,
    async (requests, ofEach) => {
      expect(wrongIn(await historyOf(requests, ofEach))).toBeUndefined()
    },
  )
  await fc.assert(property, { numRuns: 5000 })
}, 60_000)

async function historyOf(
  requests: readonly (readonly (readonly [Kind, number])[])[],
  fates: readonly Fate[],
): Promise<Operation[]> {
  const kept = memoryStore()
  const sessions = sessionsOn(losing(kept, fates))
  const plain = sessionsOn(kept)
  const jar = new Map<string, string>()
  const issued = new Set<string>()
  const operations: Operation[] = []
  let values = 0
  for (const [at, steps] of requests.entries()) {
    const header = pairsOf(jar).join('; ')
    const recorded = new RecordedRequest(sessions, `request ${at}`, true)
    if (await recorded.open(header)) {
      for (const [kind, choice] of steps) await recorded.act(stepOf(kind, choice, ++values))
      for (const line of await recorded.commit()) {
        keepCookie(jar, line)
        for (const pair of pairsOf(jar)) issued.add(pair)
      }
    }
    operations.push(...recorded.operations)
    for (const cookie of issued) operations.push(...(await looked(plain, cookie, at)))
  }
  return operations
}

function sessionsOn(store: Store): DataSessions {
  return createSessions<Data>({ secret: SECRET, store, touchInterval: 0 })
}

async function looked(plain: DataSessions, cookie: string, after: number): Promise<Operation[]> {
  const look = new RecordedRequest(plain, `after ${after}`, false)
  await look.open(cookie)
  return look.operations
}

function stepOf(kind: Kind, choice: number, value: number): Act {
  switch (kind) {
    case 'set':
      return [kind, 'abc'.charAt(choice), `v${value}`]
    case 'delete':
      return [kind, 'abc'.charAt(choice)]
    case 'push':
      return [kind, `m${value}`]
    case 'adjust':
      return [kind, 1000 + value]
    case 'signIn':
      return [kind, choice === 0 ? 'ada' : 'bob']
    default:
      return [kind]
  }
}

/** A store whose writes meet their fates, one after the other; then all is well. */
function losing(store: Store, fates: readonly Fate[]): Store {
  let at = 0
  const late: (() => unknown)[] = []
  return everyOperation(store, async (name, carryOut) => {
    const fate = name === 'read' ? 'answered' : (fates[at++] ?? 'answered')
    const lost = new StoreError(name as StoreOperation, `its fate was: ${fate}`)
    if (fate === 'not carried out') throw lost
    if (fate === 'late') {
      late.push(carryOut)
      throw lost
    }
    const answer = await carryOut()
    for (const before of late.splice(0)) await before()
    if (fate === 'answer lost') throw lost
    return answer
  })
}
