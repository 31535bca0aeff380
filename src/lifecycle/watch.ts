import { setTimeout as sleep } from 'node:timers/promises'
import { ID } from '../cookie/credential.ts'
import { UsageError } from '../errors.ts'
import { requireFunction, requireOptions, show } from '../options/check.ts'
import type { ReadAnswer, Store } from '../store/store.ts'
import { type Engine, keyOf, requireRequest } from './engine.ts'
import { Turns } from './turns.ts'
import {
  type SessionEnd,
  type Watch,
  Watched,
  type Watching,
  type WatchListener,
} from './watched.ts'

export type { SessionEnd, WatchListener } from './watched.ts'

export interface WatchOptions {
  /** Says which client to use, where the store chooses one per request. */
  readonly request?: object
}

interface Paces {
  readonly toldMs: number
  readonly untoldMs: number
}

/** Told, looks are for what nobody tells: an eviction, a DEL by hand. Untold, they are all there is. */
const PACES: Paces = { toldMs: 30_000, untoldMs: 500 }
/** Ten thousand sockets must not send ten thousand reads in one tick. */
const MOST_READS_AT_ONCE = 64

/** The watches of one set of sessions. Nothing exists before the first. */
export class Watches {
  readonly #engine: Engine
  readonly #watching: Watching
  readonly #stores = new Map<Store, Map<string, Watched>>()
  readonly #epochs = new WeakMap<Store, number>()
  #lookingForEpochs: NodeJS.Timeout | undefined
  #closed = false

  constructor(engine: Engine, paces: Paces = PACES) {
    this.#engine = engine
    this.#watching = {
      ...paces,
      turns: new Turns(MOST_READS_AT_ONCE),
      read: (store, id) => this.#read(store, id),
      ended: (watched, end) => this.#tell(watched, end),
    }
  }

  watch(id: string, listener: WatchListener, options: WatchOptions = {}): () => void {
    const { request } = requireOptions('watch', options, ['request'])
    if (typeof id !== 'string' || !ID.test(id)) {
      throw new UsageError(`watch() takes the id of a session, not ${show(id)}`)
    }
    requireFunction('listener', listener)
    if (this.#closed) throw new UsageError('these sessions are closed: nothing is watched any more')
    requireRequest(this.#engine, request)
    const { store } = this.#engine
    const watch: Watch = { listener, watched: undefined, over: false }
    if (request === undefined || store.for === undefined) this.#join(watch, store, id)
    else void this.#bind(watch, id, request)
    return () => this.#leave(watch)
  }

  /** Ends every watch and tells nobody. Resolves when the store listens no more. */
  async close(): Promise<void> {
    this.#closed = true
    const all = [...this.#stores.values()].flatMap((byId) => [...byId.values()])
    await Promise.all(all.map((watched) => this.#stop(watched)))
  }

  /** Choosing a client may fail for a while, like any read. */
  async #bind(watch: Watch, id: string, request: object): Promise<void> {
    while (!watch.over && !this.#closed) {
      try {
        const store = await this.#boundTo(request)
        if (!watch.over && !this.#closed) this.#join(watch, store, id)
        return
      } catch {
        await sleep(this.#watching.untoldMs, undefined, { ref: false })
      }
    }
  }

  #boundTo(request: object): Promise<Store> {
    const { deadlines, store } = this.#engine
    return deadlines.run('client', request, store, (chooser) => chooser.for?.(request) ?? chooser)
  }

  #join(watch: Watch, store: Store, id: string): void {
    let byId = this.#stores.get(store)
    if (byId === undefined) this.#stores.set(store, (byId = new Map<string, Watched>()))
    if (this.#engine.epochs !== undefined) this.#lookForEpochs()
    let watched = byId.get(id)
    if (watched === undefined) {
      watched = new Watched(id, keyOf(this.#engine, id), store, this.#watching)
      byId.set(id, watched)
      watched.look()
    }
    watch.watched = watched
    watched.watches.add(watch)
  }

  /** Nobody tells of an epoch, which ends all sessions at once; so it is looked for. */
  #lookForEpochs(): void {
    const { untoldMs } = this.#watching
    this.#lookingForEpochs ??= setInterval(() => {
      for (const [store, byId] of this.#stores) void this.#lookForEpoch(store, byId)
    }, untoldMs).unref()
  }

  async #lookForEpoch(store: Store, byId: Map<string, Watched>): Promise<void> {
    try {
      const epoch = await this.#engine.epochs?.current(this.#engine, { request: undefined, store })
      if (epoch === undefined || epoch.at === this.#epochs.get(store)) return
      this.#epochs.set(store, epoch.at)
      for (const watched of byId.values()) watched.look()
    } catch {
      // It is looked for again soon.
    }
  }

  #leave(watch: Watch): void {
    watch.over = true
    const { watched } = watch
    if (watched === undefined || !watched.watches.delete(watch)) return
    if (watched.watches.size === 0) void this.#stop(watched)
  }

  #stop(watched: Watched): Promise<void> {
    const { id, store } = watched
    const byId = this.#stores.get(store)
    if (byId?.get(id) === watched) byId.delete(id)
    if (byId?.size === 0) this.#stores.delete(store)
    if (this.#stores.size === 0) {
      clearInterval(this.#lookingForEpochs)
      this.#lookingForEpochs = undefined
    }
    return watched.stop()
  }

  /** Who is unsubscribed by a listener before its own turn is not told. */
  #tell(watched: Watched, end: SessionEnd): void {
    void this.#stop(watched)
    for (const watch of watched.watches) {
      watched.watches.delete(watch)
      void call(watch.listener, end)
    }
  }

  #read(store: Store, id: string): Promise<ReadAnswer> {
    const { deadlines } = this.#engine
    const key = keyOf(this.#engine, id)
    const answer = deadlines.run('read', undefined, store, (bound) => bound.read(key))
    const asking = { request: undefined, store }
    return this.#engine.epochs?.applied(this.#engine, asking, answer) ?? answer
  }
}

/** Neither an exception nor a rejection of one listener reaches another, or ends the process. */
async function call(listener: WatchListener, end: SessionEnd): Promise<void> {
  try {
    await listener(end)
  } catch (error) {
    process.emitWarning('a listener given to sessions.watch() failed', {
      type: 'SojournWarning',
      code: 'SOJOURN_LISTENER',
      detail: error instanceof Error ? error.stack : String(error),
    })
  }
}
