import type { Random } from '../../src/testing/random.ts'
import type { Step } from './job.ts'

/** A request of a tab: which process serves it, and what its handler does. */
export interface PlannedRequest {
  readonly worker: number
  readonly kind: 'request' | 'revoke'
  readonly steps: readonly Step[]
}

/** How a request of a tab is called. */
export function nameOf(tab: number, round: number): string {
  return `tab ${tab}.${round}`
}

/** One browser, whose tabs share its cookies, each with one request after the other. */
export interface Plan {
  readonly first: PlannedRequest
  readonly tabs: readonly (readonly PlannedRequest[])[]
}

const TABS = 4
const ROUNDS = 2
/** One for each tab, which others write too. */
const KEYS = ['a', 'b', 'c', 'd']

/**
 * Tabs that write at once, and now and then rotate, sign in or end. In most plans somebody ends the
 * session while the others are at work: what they are told then is what matters most.
 */
export function makePlan(random: Random, size: number): Plan {
  let values = 0
  const fresh = () => `v${++values}`
  const pause = (most: number): Step => ['pause', 1 + random.below(most)]
  const end = (): Step => [random.oneOf(['invalidate', 'signOut'])]

  function step(): Step {
    const kind = random.below(40)
    if (kind < 8) return ['set', random.oneOf(KEYS), fresh()]
    if (kind < 10) return ['delete', random.oneOf(KEYS)]
    if (kind < 15) return ['push', fresh()]
    if (kind < 17) return ['pop']
    if (kind < 25) return ['update']
    if (kind < 28) return ['save']
    if (kind < 29) return ['rotate']
    if (kind < 30) return ['signIn', random.oneOf(['ada', 'bob'])]
    if (kind < 32) return ['adjust', 1000 + random.below(5000)]
    return pause(20)
  }

  /** Which no other waits for that this one could wait for in turn. */
  function until(tab: number, round: number): Step[] {
    if (tab === 0 || random.below(4) === 0) return []
    return [['until', nameOf(random.oneOf([0, random.below(tab)]), round)]]
  }

  function request(tab: number, round: number): PlannedRequest {
    const key = random.below(4) === 0 ? random.oneOf(KEYS) : (KEYS[tab] as string)
    const set: Step = ['set', key, fresh()]
    const steps = [...random.several(5, step), set, pause(30), ...until(tab, round)]
    if (random.below(30) === 0) steps.push(end())
    return { worker: random.below(size), kind: 'request', steps }
  }

  function ending(): PlannedRequest {
    const worker = random.below(size)
    const kind = random.below(8) === 0 ? 'revoke' : 'request'
    return { worker, kind, steps: [pause(40), end()] }
  }

  const begin: Step[] = KEYS.map((key) => ['set', key, fresh()])
  const ends = random.below(10) > 0
  const tabs = Array.from({ length: TABS }, (_, tab) => {
    const requests = Array.from({ length: ROUNDS }, (_, round) => request(tab, round))
    return ends && tab === 0 ? [...requests.slice(1), ending()] : requests
  })
  return {
    first: { worker: random.below(size), kind: 'request', steps: [...begin, ['push', fresh()]] },
    tabs,
  }
}
