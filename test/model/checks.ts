import { hashFamily } from '../../src/cookie/credential.ts'
import { decodeData } from '../../src/record/codec.ts'
import type { SessionRecord } from '../../src/record/record.ts'
import { BEGIN } from './stage.ts'
import type { Check } from './scenario.ts'
import type { World } from './world.ts'

/** After every step, in every scenario. */
export const ALWAYS: readonly Check[] = [endIsFinal, deadlineStands]
/** When nothing can happen any more, in every scenario. */
export const AT_END: readonly Check[] = [
  noKeyLost,
  incrementsHold,
  flashHolds,
  noReplayReplaces,
  killedStayDead,
  rotationsHold,
  nothingOfTheGone,
]

/** P1 */
async function endIsFinal(world: World): Promise<string | undefined> {
  if (world.stage.scenario.oneId) return undefined
  for (const id of world.ended) {
    if (await world.record(world.stage.prefix + id)) return 'P1 an ended session exists again'
  }
  return undefined
}

/** P5 */
async function deadlineStands(world: World): Promise<string | undefined> {
  if (world.asked.some((asked) => asked.did('signIn'))) return undefined
  const { key, record } = world.stage
  const now = await world.record(key)
  if (now === undefined || record === undefined || world.created.has(key)) return undefined
  return now.deadline === record.deadline ? undefined : 'P5 the absolute deadline moved'
}

/** The session of the beginning, while it lives. */
export async function first(world: World): Promise<SessionRecord | undefined> {
  const { key } = world.stage
  return world.created.has(key) ? undefined : world.record(key)
}

async function dataOf(world: World): Promise<Record<string, unknown> | undefined> {
  const record = await first(world)
  return record && decodeData(record.data)
}

/** P2: what was acknowledged is there. */
async function noKeyLost(world: World): Promise<string | undefined> {
  const data = await dataOf(world)
  if (data === undefined || world.asked.some((asked) => asked.did('signIn'))) return undefined
  for (const { isWell, ending, shown, plan } of world.asked) {
    if (!isWell || ending !== undefined || !shown?.stored) continue
    for (const act of plan.acts) {
      if (act[0] !== 'set' || !act[1].startsWith('k')) continue
      if (data[act[1]] !== act[2]) return `P2 ${act[1]} was lost`
    }
  }
  return undefined
}

/** P2, P6: increments that were acknowledged are there, once each. */
async function incrementsHold(world: World): Promise<string | undefined> {
  const data = await dataOf(world)
  if (data === undefined || world.asked.some((asked) => asked.did('signIn'))) return undefined
  const id = world.stage.key.slice(world.stage.prefix.length)
  const acknowledged = world.increments.get(`${id} n`) ?? 0
  const begun = Number(world.stage.scenario.start?.data?.['n'] ?? 0)
  const there = Number(data['n'] ?? 0) - begun
  if (there < acknowledged) return 'P2 an update() was lost'
  const crashed = world.asked.some(({ outcome }) => outcome === 'crash')
  return there > acknowledged && !crashed ? 'P6 an update() was applied twice' : undefined
}

/** P2, P6: a message is shown once, and none that was shown comes back. */
async function flashHolds(world: World): Promise<string | undefined> {
  const record = await first(world)
  if (record === undefined || world.asked.some((asked) => asked.did('signIn'))) return undefined
  const texts = [...String(record.flash ?? '').matchAll(/\["([\w-]{8})","","([^"]*)"\]/g)]
  const ids = texts.map(([, id]) => id)
  if (new Set(ids).size !== ids.length) return 'P6 a flash message is there twice'
  const popped = world.asked.filter(({ isWell }) => isWell).flatMap((asked) => asked.popped)
  const messages = texts.map(([, , message]) => message)
  if (popped.some((message) => messages.includes(String(message)))) {
    return 'P2 a flash message that was popped came back'
  }
  for (const { isWell, at, plan, ending, shown } of world.asked) {
    if (!isWell || ending !== undefined || !shown?.stored) continue
    for (const [act, message] of plan.acts) {
      if (act !== 'flash' || messages.includes(message) || popped.includes(message)) continue
      return `P2 the flash message of request ${at} was lost`
    }
  }
  return undefined
}

/** P8: only who signs in, or ends its session, gets on from a replay. */
function noReplayReplaces({ asked }: World): string | undefined {
  const replaced = asked.some(({ refused, result, signedIn, ending }) => {
    return refused === 'replayed' && result?.setCookie && !signedIn && !ending
  })
  return replaced ? 'P8 a replayed request replaced the cookie of its browser' : undefined
}

/** P3: a cookie of another family, or one whose grace is over, opens nothing, for good. */
async function killedStayDead(world: World): Promise<string | undefined> {
  const record = await world.record(world.stage.key)
  for (const cookie of record === undefined ? [] : world.issued) {
    const [id, family = '', edition] = cookie.slice(cookie.indexOf('=') + 1).split('.')
    if (record === undefined || id !== record.id) continue
    const killed = hashFamily(family) !== record.familyHash
    const behind = record.edition - Number(edition)
    const graceEnds = record.promotedAt + 1000 * world.stage.scenario.timing.renewalGrace
    const over = behind > 1 || (behind === 1 && world.stage.clock.now >= graceEnds)
    if (!(killed || over) || !(await world.opens(cookie))) continue
    return `P3 a cookie ${killed ? 'of a killed family' : 'whose grace is over'} opens the session`
  }
  return undefined
}

/** P3: a rotation that was acknowledged has happened. */
function rotationsHold({ asked }: World): string | undefined {
  const vain = asked.some(
    (each) =>
      each.did('rotate') && each.isWell && each.shown?.stored && !each.rotated && !each.ending,
  )
  return vain ? 'P3 a rotation was acknowledged, and nothing rotated' : undefined
}

/** P3: what a request wrote that was told `gone` is nowhere. */
async function nothingOfTheGone(world: World): Promise<string | undefined> {
  const data = await dataOf(world)
  if (data === undefined) return undefined
  for (const asked of world.asked) {
    if (asked.outcome !== 'gone' || asked.did('save') || asked.did('signIn')) continue
    for (const act of asked.plan.acts) {
      if (act[0] !== 'set' || data[act[1]] !== act[2]) continue
      const others = world.asked.filter(({ plan }) => plan.acts.some(([, key]) => key === act[1]))
      if (others.length === 1) return `P3 ${act[1]} was merged, of a request that was told gone`
    }
  }
  return undefined
}

/** P7: the browser goes on with a cookie that works, and will do so tomorrow. */
export async function jarWorks(world: World): Promise<string | undefined> {
  const record = await first(world)
  if (record === undefined) return undefined
  const cookie = world.jarHeader
  if (cookie === '') return 'P7 the browser lost its cookie'
  if (!(await world.opens(cookie))) return 'P7 the browser ends with a dead cookie'
  const edition = Number(/=[^.]*\.[^.]*\.(\d+)\./.exec(cookie)?.[1])
  return edition < record.edition
    ? 'P7 the browser was thrown back to the edition before'
    : undefined
}

export async function adjustHolds(world: World): Promise<string | undefined> {
  const record = await first(world)
  if (record === undefined) return undefined
  for (const { isWell, plan, ending } of world.asked) {
    for (const act of plan.acts) {
      if (act[0] !== 'adjust' || !isWell || ending !== undefined) continue
      if (record.timeoutMs !== act[1] * 1000) return 'P5 an adjusted timeout was lost'
    }
  }
  return undefined
}

/** P8: who was told to be signed in, is. */
export async function signInHolds(world: World): Promise<string | undefined> {
  const told = world.asked.find(({ signedIn, phase, result }) => {
    return signedIn && phase === 'done' && result?.setCookie !== undefined
  })
  if (told === undefined) return undefined
  const { principal } = await world.look(world.jarHeader)
  return principal === 'alice' ? undefined : 'P8 the cookie of a sign-in was overwritten'
}

/** P5: activity that was noted stays noted. */
export async function activityStands(world: World): Promise<string | undefined> {
  const record = await first(world)
  if (record === undefined) return undefined
  for (const { result, times } of world.asked) {
    if (result?.outcome !== 'touched' || times.opened === undefined) continue
    if (record.touchedAt < BEGIN + 1000 * times.opened) return 'P5 noted activity was undone'
  }
  return undefined
}

export function oneRecord({ created }: World): string | undefined {
  return created.size > 1 ? 'P6 one request left two records' : undefined
}
