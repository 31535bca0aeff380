import { createHash } from 'node:crypto'
import { subscribe, unsubscribe } from 'node:diagnostics_channel'
import { memoryStore } from '../../src/store/memory.ts'
import type { Store } from '../../src/store/store.ts'
import type { Random } from '../../src/testing/random.ts'
import { Asked } from './asked.ts'
import { ALWAYS, AT_END } from './checks.ts'
import { movesOf } from './moves.ts'
import type { Stage } from './stage.ts'
import { World } from './world.ts'

/** How much of a scenario was seen. */
export interface Explored {
  readonly runs: number
  readonly states: number
  /** Nothing was left out. */
  readonly whole: boolean
}

/**
 * Runs a scenario in every way it can go. A run begins anew for each; one that comes to a state in
 * which another was before goes no further: what follows is the same.
 *
 * @throws Error with the steps that led there, when something is wrong.
 */
export async function everyWay(stage: Stage, mostRuns: number): Promise<Explored> {
  const seen = new Set<string>()
  const ahead: (readonly number[])[] = [[]]
  let runs = 0
  for (let path = ahead.pop(); path !== undefined; path = ahead.pop()) {
    if (runs === mostRuns) return { runs, states: seen.size, whole: false }
    runs++
    const checkFrom = path.length
    await run(stage, { store: memoryOf(stage), checkFrom }, async (world, made, among) => {
      if (made.length < path.length) return path[made.length]
      const state = createHash('sha1')
        .update(await world.state())
        .digest('base64')
      if (seen.has(state)) return undefined
      seen.add(state)
      for (let other = 1; other < among; other++) ahead.push([...made, other])
      return 0
    })
  }
  return { runs, states: seen.size, whole: true }
}

/** How often a fault or a tick is chosen at random where one can be. */
const FAULTS_IN_TEN = 3

/** Runs a scenario once, at random. */
export function anyWay(stage: Stage, random: Random, store = memoryOf(stage)): Promise<World> {
  return run(stage, { store, checkFrom: 1 }, async (world) => {
    const moves = movesOf(world)
    const plain = random.below(10) >= FAULTS_IN_TEN
    const likely = moves.flatMap((move, at) => (move.plain === plain ? [at] : []))
    return likely.length > 0 ? random.oneOf(likely) : random.below(moves.length)
  })
}

/** Runs a scenario once: moves by the beginnings of their labels, if there are such, then any. */
export function thisWay(stage: Stage, labels: readonly string[]): Promise<World> {
  const wanted = labels.values()
  return run(stage, { store: memoryOf(stage), checkFrom: 1 }, async (world) => {
    const moves = movesOf(world)
    for (const label of wanted) {
      const at = moves.findIndex((move) => move.label.startsWith(label))
      if (at !== -1) return at
    }
    return 0
  })
}

function memoryOf({ clock }: Stage): Store {
  return memoryStore({ now: () => clock.now })
}

interface Setting {
  readonly store: Store
  /** Earlier steps were checked by another run. */
  readonly checkFrom: number
}

/** Which of the moves is made, after those made before; `undefined`: the run ends here. */
type Choose = (world: World, made: readonly number[], among: number) => Promise<number | undefined>

async function run(stage: Stage, { store, checkFrom }: Setting, choose: Choose): Promise<World> {
  const world = new World(stage, store)
  const stopListening = listen(world)
  const made: number[] = []
  const labels: string[] = []
  try {
    await world.begin()
    for (;;) {
      const moves = movesOf(world)
      const chosen = moves.length === 0 ? undefined : await choose(world, made, moves.length)
      const move = chosen === undefined ? undefined : moves[chosen]
      if (move === undefined) {
        if (moves.length === 0) await check(world, labels, 'at the end')
        return world
      }
      made.push(chosen as number)
      labels.push(move.label)
      await move.make()
      if (made.length >= checkFrom) await check(world, labels, 'always')
    }
  } finally {
    stopListening()
    world.stop()
  }
}

async function check(world: World, labels: readonly string[], when: 'always' | 'at the end') {
  const { always, atEnd } = world.stage.scenario
  const checks = when === 'always' ? [...ALWAYS, ...always] : [...AT_END, ...atEnd]
  for (const problem of checks) world.wrong ??= await problem(world)
  if (world.wrong !== undefined) throw new Error(`${world.wrong}\n  ${labels.join('\n  ')}`)
}

/** What the sessions report of this world's requests. */
function listen(world: World): () => void {
  const hear = (why?: string) => (message: unknown) => {
    const { request, reason } = message as { request?: unknown; reason?: string }
    if (request instanceof Asked && world.asked.includes(request)) {
      world.refused(request, why ?? String(reason))
    }
  }
  const [replayed, rejected] = [hear('replayed'), hear()]
  subscribe('sojourn:replayed', replayed)
  subscribe('sojourn:rejected', rejected)
  return () => {
    unsubscribe('sojourn:replayed', replayed)
    unsubscribe('sojourn:rejected', rejected)
  }
}
