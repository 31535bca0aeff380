import type { Random } from '../../src/testing/random.ts'
import { type Act, type Plan, type Scenario, scenario } from '../model/scenario.ts'

/**
 * One request rotates, or signs somebody in, while others are under way, in any order of their store operations: of the
 * browser, and of somebody who holds a copy of its cookie, or of its successor.
 */
export function rotationAmongOthers(random: Random): Scenario {
  const others = 3 + random.below(3)
  const rotation = random.oneOf<Act>([['rotate'], ['signIn', 'bob', ['n']]])
  return scenario({
    start: {
      data: { n: 0 },
      principal: random.oneOf(['alice', undefined]),
      promoted: -random.below(9),
      touched: -random.below(3),
      timeout: 30,
    },
    timing: { renewalTimeout: random.oneOf([5, null]), maxAge: random.oneOf([1, null]) },
    seconds: random.below(4),
    delivery: 2,
    lateReplays: true,
    requests: [
      { by: 'browser', acts: [...actsOf(random, 'k0'), rotation, ...actsOf(random, 'k0b')] },
      ...Array.from({ length: others }, (_, at) => anyRequest(random, at + 1)),
    ],
    faults: { twice: random.below(2), crash: random.below(2), lose: random.below(2) },
  })
}

function anyRequest(random: Random, at: number): Plan {
  const attacks = random.below(5) < 3
  return {
    by: attacks ? 'attacker' : 'browser',
    acts: actsOf(random, `k${at}`),
    ...(attacks && random.below(3) === 0 && { successor: true }),
    ...(random.below(3) === 0 && { after: random.below(at) }),
    ...(random.below(5) === 0 && { polling: true }),
  }
}

function actsOf(random: Random, key: string): readonly Act[] {
  const acts: readonly (readonly Act[])[] = [
    [],
    [['set', key, 1]],
    [['update', 'n']],
    [['set', key, 1], ['save']],
    [['flash', key]],
    [['adjust', 31 + random.below(9)]],
    [['slow'], ['set', key, 1]],
  ]
  return random.oneOf(acts)
}
