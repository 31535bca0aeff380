import { describe, expect, test } from 'vitest'
import { Random } from '../../src/testing/random.ts'
import { useRedis } from '../support/both-stores.ts'
import { byClock } from '../support/timed.ts'
import { makeStage } from './stage.ts'
import { anyWay, everyWay, thisWay } from './explore.ts'
import { MODEL, NOT_DRIVEN, SCENARIOS } from './scenarios.ts'

/*
 * The protocol was searched in a model before it was written. Here the code itself is driven
 * through the model's scenarios, one store operation after the other, in whatever order: P1 ends
 * are final, P2 nothing is lost, P3 killed cookies are dead, P4 nobody is refused, P5 timeouts
 * hold, P6 nothing happens twice, P7 the browser's cookie works, P8 nothing overwrites a newer one.
 * `npm run model` goes every way there is; here it is every way where there are few.
 */
const FEW_RUNS = 120
const RANDOM_RUNS = 200

test('every scenario of the model is driven, or said why not', () => {
  const driven = MODEL.filter((name) => name in SCENARIOS)
  const left = NOT_DRIVEN.map(([name]) => name)
  expect([...driven, ...left].toSorted()).toEqual([...MODEL].toSorted())
})

describe.each(Object.keys(SCENARIOS))('%s', (name) => {
  test('holds in every order, or in many', async () => {
    const stage = await makeStage(SCENARIOS[name]!)
    const { whole, states } = await everyWay(stage, FEW_RUNS)
    expect(states).toBeGreaterThan(1)
    const random = new Random(1)
    const runs = whole ? 0 : RANDOM_RUNS
    for (let run = 0; run < runs; run++) await anyWay(stage, random)
  }, 60_000)
})

function served(request: number): string[] {
  const who = `browser ${request}`
  return [`${who} is sent`, `${who}: read`, `${who}: touch`, `${who}: replace`]
}

function arrives(request: number): string {
  return `the response of browser ${request}`
}

/** Found by going every way without a rule, or with another: the browser was thrown back. */
describe.each([
  ['a refresh', '7 max-age refresh×soft rotation', 'arrives last, after the successor'],
  ['a longer life', 'one request makes the life longer', 'arrives last, after the successor'],
  ['a longer life', 'two requests make the life longer', 'arrives last, after another'],
  [
    'a longer life from before the grace',
    'two requests make the life longer, before and after the grace begins',
    'arrives last, after one from within it',
  ],
])('%s', (_, name, title) => {
  test(title, async () => {
    const stage = await makeStage(SCENARIOS[name]!)
    const [slow, quick, next] = [served(0), served(1), served(2)]
    const twoSeconds = ['second 1', 'second 2']
    const way = [...slow, ...twoSeconds, ...quick, arrives(1), ...next, arrives(2), arrives(0)]
    await thisWay(stage, way)
  })
})

describe('on Redis', () => {
  const redis = useRedis()

  test('every scenario holds in some orders', async () => {
    const random = new Random(2)
    const store = await redis.connectedStore()
    for (const scenario of Object.values(SCENARIOS)) {
      const stage = await makeStage(scenario)
      for (let run = 0; run < 10; run++) {
        await anyWay(stage, random, byClock(store, stage.clock))
        await redis.server.cli('flushall')
      }
    }
  }, 60_000)
})
