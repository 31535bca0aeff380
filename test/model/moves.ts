import { hashFamily } from '../../src/cookie/credential.ts'
import { parseSetCookie } from '../support/browser-jar.ts'
import { Actor, atRest } from '../support/stepped.ts'
import type { Asked } from './asked.ts'
import { serve } from './handler.ts'
import { observe } from './observe.ts'
import { responseProblem } from './response.ts'
import type { Faults } from './scenario.ts'
import { type World, pairOf } from './world.ts'

/** One thing that can happen next. */
export interface Move {
  readonly label: string
  /** It is no fault and no tick of the clock. */
  readonly plain: boolean
  readonly make: () => unknown
}

/** Everything that can happen now. */
export function movesOf(world: World): Move[] {
  const moves = world.asked.flatMap((asked) => movesOfRequest(world, asked))
  if (mayPass(world)) {
    const label = `second ${world.seconds + 1}`
    moves.push({ label, plain: false, make: () => world.tick() })
  }
  return moves
}

function movesOfRequest(world: World, asked: Asked): Move[] {
  const { name, phase, actor } = asked
  if (phase === 'idle' && mayBegin(world, asked)) {
    return [{ label: `${name} is sent`, plain: true, make: () => begin(world, asked) }]
  }
  if (phase === 'answered') {
    const label = `the response of ${name} arrives: ${asked.outcome}`
    return [
      { label, plain: true, make: () => arrive(world, asked) },
      ...fault(world, 'lose', `the response of ${name} is lost`, () => {
        asked.phase = 'lost'
      }),
    ]
  }
  if (phase !== 'running' || actor === undefined) return []
  return [
    ...actor.waiting.flatMap((_, at) => steps(world, asked, actor, at)),
    ...fault(world, 'crash', `${name}: its node dies`, () => crash(asked, actor)),
  ]
}

function steps(world: World, asked: Asked, actor: Actor, at: number): Move[] {
  const operation = actor.waiting[at]?.name ?? ''
  const label = `${asked.name}: ${operation}`
  const move = { label, plain: true, make: () => step(world, asked, actor, at) }
  // A read that is sent again is just later.
  const once = asked.repeating !== undefined || operation === 'read' || operation === 'slow'
  if (once) return [move]
  const inVain = fault(world, 'twice', `${label}, its reply is lost`, () => {
    asked.repeating = { executed: false, done: false }
    return actor.stepInVain(at)
  })
  return [move, ...inVain]
}

function fault(world: World, kind: keyof Faults, label: string, happen: () => unknown): Move[] {
  if (world.left[kind] === 0) return []
  const make = () => {
    world.left[kind]--
    return happen()
  }
  return [{ label, plain: false, make }]
}

function mayBegin({ asked }: World, { plan }: Asked): boolean {
  return plan.after === undefined || asked[plan.after]?.isOver === true
}

async function begin(world: World, asked: Asked): Promise<void> {
  const { cookie, successor, scenario } = world.stage
  const { by, successor: renewed } = asked.plan
  if (by === 'browser') asked.cookie = world.jarHeader
  if (by === 'attacker') asked.cookie = renewed ? successor : cookie
  for (const [, family = ''] of asked.cookie.matchAll(/=[\w-]+\.([\w-]{22})\./g)) {
    asked.families.add(hashFamily(family))
  }
  asked.phase = 'running'
  asked.times.sent = world.seconds
  const actor = new Actor(observe(world, asked), async (stepped, self) => {
    asked.store = stepped
    asked.actor = self
    await serve(world, asked)
  })
  await atRest()
  if (scenario.quick && asked.phase === 'running') await step(world, asked, actor, 0)
  else await conclude(world, asked)
}

async function step(world: World, asked: Asked, actor: Actor, at: number): Promise<void> {
  if (actor.waiting[at]?.name === 'slow') asked.history.push(`goes on at ${world.seconds}`)
  try {
    await actor.step(at)
  } catch {
    asked.outcome = 'error'
    asked.phase = 'lost'
  }
  await conclude(world, asked)
}

/** Looks at a response that has just been given. */
async function conclude(world: World, asked: Asked): Promise<void> {
  const { phase, result } = asked
  if (phase !== 'answered' || result === undefined) return
  world.wrong ??= await responseProblem(world, asked, result)
  if (result.setCookie !== undefined) world.issued.push(pairOf(result.setCookie))
  if (world.stage.scenario.quick) arrive(world, asked)
}

function crash(asked: Asked, actor: Actor): void {
  asked.outcome = 'crash'
  asked.phase = 'lost'
  actor.die()
}

function arrive(world: World, asked: Asked): void {
  asked.phase = 'done'
  if (asked.plan.by === 'attacker') return
  const { setCookie, otherCookie } = asked.result ?? {}
  for (const line of [setCookie, otherCookie]) {
    if (line === undefined) continue
    const { name, attributes } = parseSetCookie(line)
    if (attributes['max-age'] === '0') world.jar.delete(name)
    else world.keep(pairOf(line))
  }
}

/** No request, handler or response takes longer than `delivery`. */
function mayPass({ stage, seconds, asked }: World): boolean {
  const { seconds: most, prompt, delivery = Number.POSITIVE_INFINITY } = stage.scenario
  if (seconds >= most || (prompt && asked.some(waitsForStore))) return false
  return asked.every(({ phase, times }) => {
    const since = phase === 'running' ? (times.opened ?? times.sent) : times.answered
    const waits = phase === 'running' || phase === 'answered'
    return !waits || seconds - (since ?? 0) < delivery
  })
}

function waitsForStore({ phase, actor }: Asked): boolean {
  return phase === 'running' && actor?.waiting.some(({ name }) => name !== 'slow') === true
}
