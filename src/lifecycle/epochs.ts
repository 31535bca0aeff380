import { UsageError } from '../errors.ts'
import { publish } from '../events.ts'
import { LIMITS } from '../options/limits.ts'
import type { SessionRecord } from '../record/record.ts'
import type { Ended } from '../record/tombstone.ts'
import { type ReadAnswer, type Store, isRecord } from '../store/store.ts'
import { type Asking, type Engine, ask, storeNow, storeTime } from './engine.ts'
import type { Revocation } from './listing.ts'

/** How long a node may not know yet that everything was revoked. */
const FRESH_MS = 1000

interface Known {
  readonly epoch: Ended | undefined
  readonly at: number
}

/**
 * The instant before which every session is over (option `epoch`). It lies in the store as a list
 * under a key of its own, and each node looks it up once a second at most, beside a read.
 */
export class Epochs {
  readonly #known = new WeakMap<Store, Known>()
  readonly #looking = new WeakMap<Store, Promise<Known>>()

  /** What holds now, as far as was known a second ago. */
  async current(engine: Engine, asking: Asking): Promise<Ended | undefined> {
    const store = (await asking.store) ?? engine.store
    const known = this.#known.get(store)
    if (known !== undefined && isFresh(known)) return known.epoch
    return (await (this.#looking.get(store) ?? this.#look(engine, asking, store))).epoch
  }

  #look(engine: Engine, asking: Asking, store: Store): Promise<Known> {
    const looking = look(engine, asking)
    this.#looking.set(store, looking)
    const end = (found?: Known) => {
      if (this.#looking.get(store) !== looking) return
      this.#looking.delete(store)
      if (found !== undefined) this.#known.set(store, found)
    }
    looking.then(end, () => end())
    return looking
  }

  /** As {@link applied} would find; `undefined` when that is to be asked again. */
  isOver(store: Store, record: SessionRecord): boolean | undefined {
    const known = this.#known.get(store)
    return known !== undefined && isFresh(known) ? isOver(record, known) : undefined
  }

  /** As it was when the store was last asked; `undefined` when it never was. */
  wasOver(store: Store, record: SessionRecord): boolean | undefined {
    const known = this.#known.get(store)
    return known && isOver(record, known)
  }

  /** What was read, unless everything was revoked since: then as if that session had been. */
  async applied(engine: Engine, asking: Asking, reading: Promise<ReadAnswer>): Promise<ReadAnswer> {
    const [answer, epoch] = await Promise.all([reading, this.current(engine, asking)])
    if (epoch === undefined || !isRecord(answer) || !isBefore(answer, epoch)) return answer
    return { id: answer.id, ended: epoch }
  }

  forget(store: Store): void {
    this.#known.delete(store)
    this.#looking.delete(store)
  }
}

function isFresh({ at }: Known): boolean {
  return performance.now() - at < FRESH_MS
}

function isOver(record: SessionRecord, { epoch }: Known): boolean {
  return epoch !== undefined && isBefore(record, epoch)
}

async function look(engine: Engine, asking: Asking): Promise<Known> {
  const key = epochKey(engine)
  const at = performance.now()
  const members = await ask(engine, asking, 'listed', async (store) => store.listed?.(key) ?? [])
  const epochs = members.map(parse).toSorted((one, other) => other.at - one.at)
  return { epoch: epochs[0], at }
}

/** What lies under a key, by now: see {@link Epochs.applied}. */
export function readNow(engine: Engine, asking: Asking, key: string): Promise<ReadAnswer> {
  const reading = ask(engine, asking, 'read', (store) => store.read(key))
  return engine.epochs?.applied(engine, asking, reading) ?? reading
}

/** Whether a session is over: it began, and its last sign-in was, not after the epoch. */
export function isBefore({ createdAt, signedIn }: SessionRecord, epoch: Ended): boolean {
  return Math.max(createdAt, signedIn?.at ?? 0) <= epoch.at
}

/** Ends every session there is, by one command. */
export async function revokeEverything(
  engine: Engine,
  asking: Asking,
  { reason, by }: Revocation,
): Promise<void> {
  const { epochs } = engine
  if (epochs === undefined) {
    throw new UsageError(
      'revokeEverything() needs option `epoch: true`, on every server, before it is called',
    )
  }
  await storeTime(engine, asking)
  const at = Math.trunc(storeNow(engine, asking))
  const member = `${encodeURIComponent(reason)}.${at}`
  const listing = { member, until: at + LIMITS.seconds.max * 1000, instead: undefined }
  await ask(engine, asking, 'enlist', async (store) => {
    if (store.enlist === undefined) throw new UsageError('this store keeps no lists')
    return store.enlist(epochKey(engine), { ...listing, atMost: undefined, ends: true })
  })
  epochs.forget((await asking.store) ?? engine.store)
  const { request } = asking
  publish('revoked', { why: reason, ...(by !== undefined && { by }), request })
}

/** No session and no principal's list lies there: after the prefix comes a colon. */
function epochKey({ policy }: Engine): string {
  return `${policy.prefix}:epoch`
}

function parse(member: string): Ended {
  const dot = member.lastIndexOf('.')
  return { reason: decodeURIComponent(member.slice(0, dot)), at: Number(member.slice(dot + 1)) }
}
