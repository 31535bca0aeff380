import type { Store } from '../../src/store/store.ts'

export const OPERATIONS = [
  'read',
  'create',
  'replace',
  'touch',
  'remove',
  'end',
  'enlist',
  'listed',
  'delist',
  'readForeign',
  'removeForeign',
] as const

/** A store, in a Redis in which another library has stored texts. */
export function besideForeign(store: Store, texts: Map<string, string>): Store {
  return {
    now: () => store.now(),
    read: (key) => store.read(key),
    create: (key, record) => store.create(key, record),
    replace: (key, expected, record) => store.replace(key, expected, record),
    touch: (key, touch) => store.touch(key, touch),
    remove: (key, principal) => store.remove(key, principal),
    end: async (key, ending) => store.end?.(key, ending) ?? 'absent',
    enlist: async (key, listing) => store.enlist?.(key, listing) ?? 'listed',
    listed: async (key) => store.listed?.(key) ?? [],
    delist: async (key, members) => store.delist?.(key, members),
    readForeign: async (key) => texts.get(key),
    removeForeign: async (key) => void texts.delete(key),
  }
}

/** A store each of whose operations is carried out, or not, as `run` wants. */
export function everyOperation(
  store: Store,
  run: (name: (typeof OPERATIONS)[number], carryOut: () => unknown) => Promise<unknown>,
): Store {
  const made: Record<string, unknown> = {
    ...store,
    now: () => store.now(),
    measureClock: () => store.measureClock?.(),
  }
  for (const name of OPERATIONS) {
    const operation = store[name] as ((...args: unknown[]) => Promise<unknown>) | undefined
    if (operation === undefined) continue
    made[name] = (...args: unknown[]) => run(name, () => Reflect.apply(operation, store, args))
  }
  return made as unknown as Store
}

/** An operation that waits for its turn. */
interface Waiting {
  readonly name: string
  readonly carryOut: () => unknown
  readonly answer: (given: unknown) => void
  readonly fail: (error: unknown) => void
}

/**
 * A node at work. It stops before each operation of its store, until it may take that step; of
 * several that it begins at once the first comes first, unless another is chosen.
 */
export class Actor {
  over = false
  /** What it waits to do, one operation as a rule: a touch is sent while the handler works. */
  readonly waiting: Waiting[] = []
  readonly #done: Promise<void>
  #dead = false

  constructor(store: Store, work: (stepped: Store, actor: Actor) => Promise<void>) {
    const stepped = everyOperation(store, (name, carryOut) => this.stop(name, carryOut))
    this.#done = work(stepped, this).finally(() => void (this.over = true))
    // What went wrong is told to whoever steps.
    this.#done.catch(() => undefined)
  }

  /** Carries out one operation; resolves when the next one is due, or all is done. */
  async step(at = 0): Promise<void> {
    await atRest()
    const [next] = this.waiting.splice(at, 1)
    if (next !== undefined) {
      try {
        next.answer(await next.carryOut())
      } catch (error) {
        next.fail(error)
      }
      await atRest()
    }
    if (this.over) await this.#done
  }

  /** Carries out one operation whose reply is lost: its client will send it again. */
  async stepInVain(at = 0): Promise<void> {
    await atRest()
    await this.waiting[at]?.carryOut()
  }

  /** Waits for a turn of its own. */
  stop(name: string, carryOut: () => unknown = () => undefined): Promise<unknown> {
    if (this.#dead) return Promise.reject(new Error('this node is dead'))
    return new Promise((answer, fail) => void this.waiting.push({ name, carryOut, answer, fail }))
  }

  /** The node takes no more steps, for good. */
  die(): void {
    this.#dead = true
    for (const { fail } of this.waiting.splice(0)) fail(new Error('this node died'))
  }
}

/** Nothing is left that could go on by itself. */
export function atRest(): Promise<void> {
  return new Promise((resolve) => void setImmediate(resolve))
}

export interface Run {
  readonly actors: readonly Actor[]
  /** Called after each step: what must hold wherever the others stop, for good or for a while. */
  readonly check: () => Promise<void>
}

/** Runs actors in every order their steps can have; answers how many orders there are. */
export async function everyOrder(begin: () => Run | Promise<Run>): Promise<number> {
  const path: number[] = []
  for (let orders = 1; ; orders++) {
    const widths = await runAlong(await begin(), (depth) => (path[depth] ??= 0))
    while (path.length > 0 && Number(path.at(-1)) + 1 >= Number(widths[path.length - 1])) {
      path.pop()
    }
    const last = path.pop()
    if (last === undefined) return orders
    path.push(last + 1)
  }
}

/** Runs actors once, each step that of the one chosen among those not done; answers how many. */
export async function runAlong(
  { actors, check }: Run,
  choose: (depth: number, among: number) => number,
): Promise<number[]> {
  const widths: number[] = []
  for (;;) {
    const going = actors.filter(({ over }) => !over)
    if (going.length === 0) return widths
    await going[choose(widths.length, going.length)]?.step()
    widths.push(going.length)
    await check()
  }
}
