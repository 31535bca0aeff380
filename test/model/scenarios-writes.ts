import { decodeData } from '../../src/record/codec.ts'
import { activityStands, adjustHolds, first, jarWorks, oneRecord } from './checks.ts'
import { type Scenario, browser, scenario } from './scenario.ts'
import { SIGNED_IN } from './scenarios-ends.ts'
import type { World } from './world.ts'

/** P2, P5, P6: nothing is lost, nothing happens twice, timeouts are what they were made. */
export const WRITES: Record<string, Scenario> = {
  '2 keys and update': scenario({
    quick: true,
    requests: [
      browser([['set', 'k1', 1]]),
      browser([['set', 'k2', 2]]),
      browser([['update', 'n']]),
      browser([
        ['update', 'n'],
        ['set', 'k3', 3],
      ]),
    ],
    faults: { twice: 1 },
  }),
  '2 update with pending': scenario({
    quick: true,
    start: { data: { n: 0 } },
    requests: [
      browser([
        ['set', 'n', 0],
        ['set', 'n', 0],
        ['set', 'q', 1],
        ['update', 'n'],
      ]),
      browser([['update', 'n']]),
    ],
  }),
  '2 update over a pending change': scenario({
    start: { data: { n: 5 } },
    requests: [
      browser([
        ['set', 'n', 0],
        ['update', 'n'],
      ]),
    ],
  }),
  '2 flash': scenario({
    quick: true,
    start: { flash: 'old' },
    requests: [
      browser([['flash', 'x']]),
      browser([['pop'], ['flash', 'y']]),
      browser([['set', 'k1', 1]]),
      browser([['flash', 'x2']]),
    ],
    faults: { twice: 1 },
  }),
  '2 clear': scenario({
    quick: true,
    start: { data: { a: 1 } },
    requests: [browser([['clear'], ['set', 'k1', 1]]), browser([['set', 'b', 1]])],
    always: [clearLeavesNothing],
  }),
  '5 adjust×touch×write': scenario({
    quick: true,
    start: { touched: -1 },
    seconds: 2,
    requests: [browser([['adjust', 9]]), browser(), browser([['set', 'k1', 1]])],
    faults: { twice: 1 },
    atEnd: [adjustHolds],
  }),
  '5 polling write×touch': scenario({
    start: { touched: -1 },
    seconds: 2,
    requests: [browser([['set', 'k1', 1]], { polling: true }), browser()],
    always: [activityStands],
  }),
  '5 touch re-sent late': scenario({
    start: { touched: -1 },
    seconds: 3,
    requests: [browser()],
    faults: { twice: 1 },
  }),
  '5 long handler near the end of idle': scenario({
    start: { touched: -3 },
    seconds: 4,
    prompt: true,
    requests: [browser([['slow'], ['set', 'k1', 1]])],
    atEnd: [livesForTheTimeout],
  }),
  '6 create twice': scenario({
    start: null,
    noCookie: true,
    requests: [browser([['set', 'k1', 1]])],
    faults: { twice: 1 },
    atEnd: [oneRecord],
  }),
  '6 update twice around another writer': scenario({
    quick: true,
    requests: [browser([['update', 'n']]), browser([['set', 'k1', 1]]), browser([['update', 'n']])],
    faults: { twice: 2 },
  }),
  '8 save with rotation then gone': scenario({
    start: SIGNED_IN,
    requests: [browser([['rotate'], ['save'], ['set', 'k1', 1]])],
    atEnd: [jarWorks],
  }),
}

/** Just after clear() was stored, nothing is there that another request wrote before. */
async function clearLeavesNothing(world: World): Promise<string | undefined> {
  const [clearing, other] = world.asked
  if (clearing?.phase !== 'done' || other?.phase === 'done') return undefined
  const record = await first(world)
  const data = record === undefined ? {} : decodeData(record.data)
  return 'a' in data || 'b' in data ? 'P2 clear() left a key' : undefined
}

async function livesForTheTimeout(world: World): Promise<string | undefined> {
  const [{ outcome, times, shown } = {}] = world.asked
  if (outcome !== 'gone' || !shown?.stored || times?.opened === undefined) return undefined
  const { timeout } = world.stage.scenario.timing
  return world.seconds < times.opened + timeout
    ? 'P5 the session ended earlier than its timeout after it was opened'
    : undefined
}
