import { first } from './checks.ts'
import { ADMIN, type Act, type Scenario, browser, scenario } from './scenario.ts'
import type { World } from './world.ts'

export const SIGNED_IN = { principal: 'alice', data: { z: 1 } }

/** P1: a session that has ended does not come back. */
export const ENDS: Record<string, Scenario> = {
  ...againstSignOut({
    set: [['set', 'k1', 1]],
    update: [['update', 'n']],
    flash: [['flash', 'm']],
    rotate: [['rotate']],
    adjust: [['adjust', 9]],
    read: [],
    saveSet: [['set', 'k1', 1], ['save'], ['set', 'k2', 1]],
    invWrite: [['invalidate'], ['set', 'k9', 1]],
  }),
  '1 logout×rotate×write': scenario({
    start: SIGNED_IN,
    requests: [browser([['rotate']]), browser([['invalidate']]), browser([['set', 'k1', 1]])],
    faults: { twice: 1, lose: 1 },
  }),
  '1 revoke×write×promote': scenario({
    start: { ...SIGNED_IN, promoted: -9 },
    timing: { renewalTimeout: 5 },
    requests: [ADMIN, browser([['set', 'k1', 1]]), browser(), browser([['update', 'n']])],
    faults: { twice: 1 },
  }),
  '1 reused id (deterministic idGenerator)': scenario({
    start: SIGNED_IN,
    oneId: true,
    requests: [browser([['set', 'k1', 1]]), browser([['invalidate'], ['set', 'q', 1]])],
    always: [oldCookieIsDead],
  }),
  '1 invalidate then write, crash': scenario({
    start: SIGNED_IN,
    requests: [browser([['invalidate'], ['set', 'q', 1]]), browser()],
    faults: { crash: 1, twice: 1 },
    always: [neverBoth],
  }),
}

function againstSignOut(writes: Record<string, readonly Act[]>): Record<string, Scenario> {
  return Object.fromEntries(
    Object.entries(writes).map(([name, acts]) => [
      `1 logout×${name}`,
      scenario({
        start: { ...SIGNED_IN, touched: -1, promoted: -9 },
        timing: { renewalTimeout: 5 },
        requests: [browser(acts), browser([['invalidate']]), browser()],
        faults: { twice: 1, crash: 1, lose: 1 },
      }),
    ]),
  )
}

async function oldCookieIsDead(world: World): Promise<string | undefined> {
  if (world.ended.size === 0 || !(await world.opens(world.stage.cookie))) return undefined
  return 'P1 the old cookie opens a session under a reused id'
}

/** Rule 14: the old session goes before the new one comes. */
async function neverBoth(world: World): Promise<string | undefined> {
  const both = world.created.size > 0 && (await first(world)) !== undefined
  return both ? 'P1 the old session lives beside the new one' : undefined
}
