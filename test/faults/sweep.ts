import { StoreError } from '../../src/errors.ts'
import { SessionError } from '../../src/index.ts'
import type { Store } from '../../src/store/store.ts'
import type { RedisServer } from '../support/redis-server.ts'
import { type Taken, TimeLimit } from '../support/time-limit.ts'
import type { Connect } from './clients.ts'
import { KINDS, type Kind } from './kinds.ts'
import type { Operation, Prepared } from './operations.ts'
import { type Scene, makeScene, watchedScene } from './scene.ts'

/** How much later than the deadline of its store an operation may settle. */
export const SLACK_MS = 100
const AT_ONCE = 4
const TRIES = 10
const LONG_MS = 10_000

export interface Ground {
  readonly server: RedisServer
  /** A way to it on which nothing goes wrong. */
  readonly direct: Store
  /** Another, on which things go wrong. */
  readonly connect: Connect
  /** The deadline where nothing answers. Elsewhere it must not matter how busy the machine is. */
  readonly storeTimeoutMs: number
}

/** What may lie there, while an operation is on its way and when it is done. */
interface Expected {
  readonly onItsWay: ReadonlySet<string>
  readonly done: ReadonlySet<string>
  /** When it has failed, and its request has gone on. */
  readonly afterwards: ReadonlySet<string>
}

/** How one operation ended of which one command went wrong. */
export interface Case {
  readonly at: number
  readonly kind: string
  readonly ended: 'done' | 'StoreError'
  /** What lies there is as it was before, as it is when all is done, or something in between. */
  readonly left: 'nothing' | 'all' | 'a part'
  /** From the last fault until the promise settled. */
  readonly taken: Taken
  readonly deadlineMs: number
}

/** Every command of an operation goes wrong in each of these ways, one at a time. */
export async function sweep(
  ground: Ground,
  name: string,
  operation: Operation,
  kinds: readonly string[],
): Promise<Case[]> {
  const expected = await expectedOf(ground, name, operation)
  const commands = await countCommands(ground, operation)
  if (commands < operation.commands) {
    throw new Error(`${name} sent ${commands} commands, not ${operation.commands}`)
  }
  const waiting = Array.from({ length: commands }, (_, at) =>
    kinds
      .filter((kind) => at === 0 || KINDS[kind]?.splits === undefined)
      .map((kind) => ({ at: at + 1, kind })),
  ).flat()
  const cases: Case[] = []
  const worker = async () => {
    for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
      const { at, kind } = next
      try {
        let found: Case | undefined
        for (let tries = 0; tries < TRIES && found === undefined; tries++) {
          found = await oneCase(slower(ground, tries), operation, expected, at, kind)
        }
        if (found === undefined) throw new Error('the command was never sent')
        cases.push(found)
      } catch (cause) {
        const which = `${name}, command ${at} of ${commands}, ${kind}`
        throw new Error(`${which}: ${(cause as Error).message}`, { cause })
      }
    }
  }
  await Promise.all(Array.from({ length: AT_ONCE }, worker))
  return cases
}

/** On a busy machine the commands before it may be late already: then it is tried once more. */
function slower(ground: Ground, tries: number): Ground {
  return { ...ground, storeTimeoutMs: Math.min(LONG_MS, ground.storeTimeoutMs * 2 ** tries) }
}

/** As it goes where nothing goes wrong. */
async function expectedOf(ground: Ground, name: string, operation: Operation): Promise<Expected> {
  const whole = await looksOf(ground, operation, ['act', 'after'])
  const never = await looksOf(ground, operation, ['after'])
  const setOf = (looks: readonly string[]) => new Set(looks.map((look) => seenBy(operation, look)))
  const { looks, lastThatMatters } = whole.act
  if ((looks[0] === looks.at(-1)) !== (operation.onlyReads === true)) {
    throw new Error(`${name}: what lies there was\n${looks[0]}\nand is\n${looks.at(-1)}`)
  }
  return {
    onItsWay: setOf(looks),
    done: setOf(looks.slice(lastThatMatters)),
    afterwards: setOf([...looks, ...whole.after.looks, ...never.after.looks]),
  }
}

/** A list that has somebody on it who has ended is put right by whoever reads it. */
function seenBy({ spoilsNothing = [] }: Operation, look: string): string {
  return spoilsNothing.includes('delist') ? look.replaceAll(/^of:.*\n?/gm, '').trimEnd() : look
}

async function looksOf(ground: Ground, operation: Operation, parts: readonly ('act' | 'after')[]) {
  const found = { act: noLooks(), after: noLooks() }
  let part: Looks | undefined
  const { server, direct } = ground
  const options = { ...operation.options, storeTimeoutMs: 20_000 }
  const scene = watchedScene(server, direct, options, (name, look) => {
    if (part === undefined) return
    if (operation.spoilsNothing?.includes(name) !== true) part.lastThatMatters = part.looks.length
    part.looks.push(look)
  })
  const prepared = (await operation.given?.(scene)) ?? {}
  for (const name of parts) {
    part = found[name]
    part.looks.push(await scene.look())
    await operation[name]?.(scene, prepared)
    part.looks.push(await scene.look())
  }
  return found
}

interface Looks {
  readonly looks: string[]
  lastThatMatters: number
}

function noLooks(): Looks {
  return { looks: [], lastThatMatters: 0 }
}

async function countCommands(ground: Ground, operation: Operation): Promise<number> {
  const { server, direct, connect } = ground
  const options = { ...operation.options, storeTimeoutMs: LONG_MS }
  const scene = await makeScene(server, direct, connect, options)
  try {
    const prepared = (await operation.given?.(scene)) ?? {}
    scene.proxy.plan(() => undefined)
    await operation.act(scene, prepared)
    return scene.proxy.commands.length
  } finally {
    await scene.end()
  }
}

async function oneCase(
  { server, direct, connect, storeTimeoutMs: short }: Ground,
  operation: Operation,
  { onItsWay, done, afterwards }: Expected,
  at: number,
  name: string,
): Promise<Case | undefined> {
  const kind = KINDS[name] as Kind
  const storeTimeoutMs = kind.isSilent ? short : LONG_MS
  const scene = await makeScene(server, direct, connect, { ...operation.options, storeTimeoutMs })
  try {
    const prepared = await begin(operation, scene)
    if (prepared === undefined) return undefined
    const before = seenBy(operation, await scene.look())
    const limit = new TimeLimit(LONG_MS + SLACK_MS)
    const decide = kind.plan(at)
    scene.proxy.plan((command) => {
      const fault = decide(command)
      if (fault !== undefined) limit.restart(storeTimeoutMs + SLACK_MS)
      return fault
    })
    scene.proxy.split = kind.splits === true
    const error = await limit.keep(errorOf(operation.act(scene, prepared)))
    if (scene.proxy.faults === 0 && kind.splits === undefined) return undefined
    if (error !== undefined && !(error instanceof StoreError)) {
      throw new Error(`it ended with ${error.message}`, { cause: error })
    }
    if (error !== undefined && kind.isHarmless) throw error
    await scene.untilCalm()
    const look = seenBy(operation, await scene.look())
    const allowed = error === undefined ? done : onItsWay
    if (!allowed.has(look)) throw notExpected(error?.message ?? '', look, allowed)
    if (error !== undefined && operation.after !== undefined) {
      const goingOn = new TimeLimit(LONG_MS + SLACK_MS)
      const then = await goingOn.keep(errorOf(operation.after(scene, prepared)))
      if (then !== undefined && !(then instanceof SessionError)) throw then
      const last = seenBy(operation, await scene.look())
      if (!afterwards.has(last)) throw notExpected('when its request went on', last, afterwards)
    }
    const left = look === before ? 'nothing' : done.has(look) ? 'all' : 'a part'
    const ended = error === undefined ? 'done' : 'StoreError'
    return { at, kind: name, ended, left, taken: limit.taken, deadlineMs: storeTimeoutMs }
  } finally {
    await scene.end()
  }
}

/** `undefined` where a busy machine was too late for a short deadline. */
async function begin(operation: Operation, scene: Scene): Promise<Prepared | undefined> {
  try {
    return (await operation.given?.(scene)) ?? {}
  } catch (error) {
    if (error instanceof StoreError) return undefined
    throw error
  }
}

function notExpected(after: string, look: string, allowed: ReadonlySet<string>): Error {
  const said = after === '' ? '' : ` (${after})`
  return new Error(`what lies there${said} is\n${look}\nand not\n${[...allowed].join('\nor\n')}`)
}

async function errorOf(promise: Promise<unknown>): Promise<Error | undefined> {
  return promise.then(
    () => undefined,
    (reason: unknown) => (reason instanceof Error ? reason : new Error('no error was thrown')),
  )
}
