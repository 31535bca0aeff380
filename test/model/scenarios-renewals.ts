import { jarWorks } from './checks.ts'
import { type Scenario, browser, scenario } from './scenario.ts'

const SLOW = { renewalGrace: 3, renewalTimeout: 8 }

/** P4, P7: renewals refuse nobody, and throw nobody back. */
export const RENEWALS: Record<string, Scenario> = {
  '4 soft rotation, parallel, lost': scenario({
    start: { promoted: -5, timeout: 9 },
    timing: SLOW,
    seconds: 4,
    delivery: 1,
    accepted: true,
    requests: [browser(), browser([['set', 'k1', 1]]), browser([], { after: 0 })],
    faults: { lose: 1, crash: 1 },
    atEnd: [jarWorks],
  }),
  '4 soft rotation due': scenario({
    start: { promoted: -8, timeout: 9 },
    timing: SLOW,
    seconds: 2,
    delivery: 1,
    accepted: true,
    requests: [browser(), browser([['set', 'k1', 1]]), browser([], { after: 0 }), browser()],
    faults: { lose: 1 },
    atEnd: [jarWorks],
  }),
  /** A renewal takes two graces at least, where the model has one and a half. */
  '4 two promotions during one request': scenario({
    start: { promoted: -8, timeout: 30 },
    timing: { renewalGrace: 2, renewalTimeout: 4 },
    seconds: 4,
    lateReplays: true,
    requests: [
      browser([['slow'], ['set', 'k1', 1]]),
      browser(),
      browser([], { after: 1 }),
      browser([], { after: 2 }),
    ],
  }),
  '4 secrets rotating, two nodes': scenario({
    start: { promoted: -8, timeout: 9 },
    timing: { renewalGrace: 4, renewalTimeout: 8 },
    accepted: true,
    requests: [
      browser(),
      browser([], { node: 'second' }),
      browser([], { after: 0 }),
      browser([], { after: 1, node: 'second' }),
    ],
    atEnd: [jarWorks],
  }),
  '7 max-age refresh×soft rotation': scenario({
    start: { promoted: -7, touched: -1, timeout: 30 },
    timing: { ...SLOW, maxAge: 1 },
    seconds: 4,
    delivery: 2,
    requests: [browser(), browser(), browser([], { after: 1 })],
    atEnd: [jarWorks],
  }),
}

/**
 * What is not in the model by a name of its own: docs/decisions/013. The store answers within the
 * second here; the time it takes comes off the grace.
 */
export const LONGER_LIVES: Record<string, Scenario> = {
  'one request makes the life longer': adjusting(-7, [40]),
  'two requests make the life longer': adjusting(-7, [40, 50]),
  'two requests make the life longer, before and after the grace begins': adjusting(-4, [40, 50]),
}

function adjusting(promoted: number, seconds: readonly number[]): Scenario {
  return scenario({
    start: { promoted, touched: -1, timeout: 30 },
    timing: { ...SLOW, maxAge: 1 },
    seconds: 5,
    delivery: 2,
    prompt: true,
    requests: [
      ...seconds.map((timeout) => browser([['adjust', timeout]])),
      ...(seconds.length === 1 ? [browser()] : []),
      browser([], { after: 1 }),
    ],
    atEnd: [jarWorks],
  })
}
