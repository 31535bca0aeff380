import { decodeData } from '../../src/record/codec.ts'
import { first, signInHolds } from './checks.ts'
import { type Act, type Plan, type Scenario, attacker, browser, scenario } from './scenario.ts'
import type { World } from './world.ts'

const VISITOR = { data: { cart: 1 } }
const SIGN_IN: Act = ['signIn', 'alice', ['cart']]
const SIGN_IN_ALONE: Act = ['signIn', 'alice']

/** P3, P8: whoever holds the visitor's cookie gets nothing of the sign-in; nothing undoes it. */
export const SIGN_INS: Record<string, Scenario> = {
  ...fixation({
    set: [['set', 'cart', 'evil']],
    update: [['update', 'n']],
    adjust: [['adjust', 9]],
    read: [],
    invalidate: [['invalidate']],
    rotate: [['rotate']],
    signIn: [['signIn', 'mallory']],
    flash: [['flash', 'e']],
    save: [['set', 'k1', 1], ['save'], ['set', 'k2', 1]],
  }),
  '3 signIn drops current': scenario({
    start: VISITOR,
    requests: [attacker([['set', 'evil', 1]]), browser([SIGN_IN])],
    always: [nothingGetsIn],
  }),
  '3 keep under conflict': scenario({
    start: VISITOR,
    requests: [browser([['set', 'cart', 2]]), browser([SIGN_IN, ['set', 'hi', 1]])],
    faults: { twice: 1 },
    atEnd: [keptIsKept],
  }),
  '6 signIn twice': signingIn([browser([SIGN_IN_ALONE]), browser([['set', 'k1', 1]])], {
    faults: { twice: 1 },
  }),
  ...beside({
    set: [['set', 'k1', 1]],
    read: [],
    flash: [['flash', 'm']],
    rotate: [['rotate']],
    adjust: [['adjust', 9]],
    invWrite: [['invalidate'], ['set', 'k1', 1]],
  }),
  '8 login×write, nothing due': signingIn([browser([['set', 'k1', 1]]), browser([SIGN_IN_ALONE])]),
  '8 login×write, no cookie before': signingIn(
    [browser([['set', 'k1', 1]]), browser([SIGN_IN_ALONE])],
    { start: null, noCookie: true },
  ),
  '8 login×write, expired cookie': signingIn(
    [browser([['set', 'k1', 1]]), browser([SIGN_IN_ALONE])],
    { start: null },
  ),
  '8 login×login': signingIn([browser([SIGN_IN_ALONE]), browser([SIGN_IN_ALONE])], {
    faults: { twice: 1 },
    atEnd: [oneWinner],
  }),
  '8 login×anonymous record vanishes': signingIn(
    [browser([SIGN_IN_ALONE]), browser([['invalidate']])],
    { atEnd: [isSignedIn] },
  ),
}

function fixation(attacks: Record<string, readonly Act[]>): Record<string, Scenario> {
  const scenarios: Record<string, Scenario> = {}
  for (const [name, acts] of Object.entries(attacks)) {
    for (const successor of [undefined, true] as const) {
      scenarios[`3 fixation×${name}${successor ? '×successor' : ''}`] = scenario({
        start: { ...VISITOR, touched: -1, promoted: -9 },
        timing: { renewalTimeout: 5 },
        requests: [
          attacker(acts, successor && { successor }),
          browser([SIGN_IN]),
          attacker([], successor ? {} : { successor: true }),
        ],
        faults: { twice: 1 },
        always: [nothingGetsIn],
      })
    }
  }
  return scenarios
}

function beside(others: Record<string, readonly Act[]>): Record<string, Scenario> {
  return Object.fromEntries(
    Object.entries(others).map(([name, acts]) => [
      `8 login×${name}`,
      scenario({
        start: { ...VISITOR, touched: -1, promoted: -9 },
        timing: { renewalTimeout: 5, maxAge: 1 },
        requests: [
          browser(acts),
          browser([SIGN_IN_ALONE]),
          browser(name === 'invWrite' ? [] : acts),
        ],
        atEnd: name === 'rotate' || name === 'invWrite' ? [] : [signInHolds],
      }),
    ]),
  )
}

function signingIn(requests: readonly Plan[], rest: Parameters<typeof scenario>[0] = {}): Scenario {
  return scenario({ start: VISITOR, requests, atEnd: [signInHolds], ...rest })
}

/** Once somebody is signed in, nothing of the attacker is there, and no cookie it holds opens it. */
async function nothingGetsIn(world: World): Promise<string | undefined> {
  const record = await first(world)
  if (record?.principal !== 'alice') return undefined
  const data = decodeData(record.data)
  if ('evil' in data || 'k1' in data || 'k2' in data || record.flash !== undefined) {
    return 'P3 data outside of keep survived the sign-in'
  }
  const held = world.asked.flatMap(({ plan, result }) =>
    plan.by === 'attacker' && result?.setCookie ? [result.setCookie.split(';')[0] ?? ''] : [],
  )
  for (const cookie of [world.stage.cookie, world.stage.successor, ...held]) {
    const { id, stored } = await world.look(cookie)
    if (!stored || id !== record.id) continue
    return 'P3 a cookie of the attacker opens the signed-in session'
  }
  return undefined
}

/** P2: of what is kept, the latest counts, as it does without a sign-in. */
async function keptIsKept(world: World): Promise<string | undefined> {
  const record = await first(world)
  if (record?.principal !== 'alice') return undefined
  const data = decodeData(record.data)
  const cart = world.asked[0]?.outcome === 'saved' ? 2 : data['cart']
  return data['hi'] === 1 && data['cart'] === cart ? undefined : 'P2 a kept key was lost'
}

/** P8, THREATS 17: of two sign-ins with one cookie, one is told that it came too late. */
function oneWinner({ asked, stage }: World): string | undefined {
  const winners = asked.filter(
    ({ signedIn, shown, cookie }) => signedIn && shown?.stored && cookie === stage.cookie,
  )
  return winners.length > 1 ? 'P8 two sign-ins with one cookie both won' : undefined
}

/** P4: that its visitor's record has vanished is no reason not to be signed in. */
function isSignedIn({ asked }: World): string | undefined {
  return asked[0]?.signedIn ? undefined : 'P4 a sign-in was lost as the record had vanished'
}
