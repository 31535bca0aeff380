import assert from 'node:assert/strict'
import { inspect, isDeepStrictEqual } from 'node:util'
import type { SessionRecord } from '../../record/record.ts'
import { memoryStore } from '../../store/memory.ts'
import { type Store, expectedOf } from '../../store/store.ts'
import { type Checks, forEach } from '../conformance.ts'
import { Random } from '../random.ts'
import type { Given } from './given.ts'
import { comparable, fresh, recordOf, successor, touchOf } from './records.ts'

const STEPS = 100

interface Step {
  readonly name: string
  readonly perform: (store: Store) => Promise<unknown>
}

/** Random operations, re-sent ones among them: the store answers as the memory store does. */
export const sequenceChecks: Checks<Given> = forEach(
  [1, 2, 3],
  (seed) => `of operations is answered as the contract says, seed ${seed}`,
  async ({ store }: Given, seed) => {
    const random = new Random(seed)
    const model = memoryStore({ now: () => store.now() })
    const keys = [fresh('key'), fresh('key')]
    const known = new Map(keys.map((key) => [key, [recordOf(store)]]))
    const steps: Step[] = []
    const done: string[] = []
    for (let count = 0; count < STEPS; count++) {
      const key = random.oneOf(keys)
      const resent = steps.length > 0 && random.below(4) === 0
      const step = resent
        ? random.oneOf(steps.slice(-6))
        : nextStep(random, key, known.get(key) as SessionRecord[], await model.read(key))
      steps.push(step)
      done.push(step.name)
      agree(done, 'answered', await step.perform(store), await step.perform(model))
      for (const key of keys) agree(done, 'left', await store.read(key), await model.read(key))
    }
  },
)

/** Mostly what a request would do now, with a good deal of what a late one would. */
function nextStep(random: Random, key: string, known: SessionRecord[], now: unknown): Step {
  const present = typeof now === 'object' && random.below(3) > 0
  const from = present ? (now as SessionRecord) : random.oneOf(known.slice(-8))
  switch (random.oneOf(['create', 'replace', 'replace', 'replace', 'touch', 'touch', 'remove'])) {
    case 'create':
      return { name: 'create', perform: (store) => store.create(key, from) }
    case 'replace': {
      const rotates = random.below(4) === 0
      const next = successor(from, {
        principal: random.oneOf([null, null, 'ann']),
        edition: random.below(3),
        ...(rotates && { familyHash: fresh('family') }),
      })
      known.push(next)
      return { name: 'replace', perform: (store) => store.replace(key, expectedOf(from), next) }
    }
    case 'touch': {
      const at = from.touchedAt + random.below(5) - 1
      const touch = touchOf(from, {
        at,
        edition: random.below(4),
        active: random.below(4) > 0,
        ...(random.below(2) === 0 && { from }),
      })
      return { name: 'touch', perform: (store) => store.touch(key, touch) }
    }
    default: {
      const principal = random.oneOf([null, 'ann', 'bob'])
      return { name: 'remove', perform: (store) => store.remove(key, principal) }
    }
  }
}

/** As the answers of the store under test come: see `comparing` in given.ts. */
function plain(answer: unknown): unknown {
  if (typeof answer !== 'object' || answer === null) return answer
  if ('writes' in answer) return comparable(answer as SessionRecord)
  return 'record' in answer ? { ...answer, record: plain(answer.record) } : answer
}

function agree(done: readonly string[], what: string, found: unknown, answer: unknown): void {
  const expected = plain(answer)
  if (isDeepStrictEqual(found, expected)) return
  const steps = done.slice(-12).join(', ')
  const shown = `${inspect(found)}; it should have ${what} ${inspect(expected)}`
  assert.fail(`after … ${steps}: it ${what} ${shown}`)
}
