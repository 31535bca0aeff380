import { StoreError, UsageError } from '../../errors.ts'
import type { Store } from '../store.ts'
import { type Extras, storeOf } from './store-of.ts'
import type { Connection } from './connection.ts'
import { type RedisClient, WHAT_A_CLIENT_OFFERS } from './port.ts'

/** Chooses the client for one request. It gets the frozen settings, with defaults filled in. */
export type ChooseClient<Request = unknown> = (
  request: Request,
  settings: Connection,
) => RedisClient | Promise<RedisClient>

/** A store whose client depends on the request: only what `for` returns can be used. */
export class ChoosingStore implements Store {
  readonly needsRequest = true
  readonly #choose: ChooseClient
  readonly #settings: Connection
  readonly #extras: Extras
  /** Those that may have a connection of their own. Others go with their clients. */
  readonly #bound = new Set<Store>()

  constructor(choose: ChooseClient, settings: Connection, extras: Extras = {}) {
    this.#choose = choose
    this.#settings = settings
    this.#extras = extras
  }

  async for(request: unknown): Promise<Store> {
    const store = storeOf(await this.#chosen(request), this.#extras)
    if (store !== undefined) {
      const { durability, nearCache } = this.#extras
      if (durability !== undefined || nearCache !== undefined) this.#bound.add(store)
      return store
    }
    const problem = `the function given as client must return ${WHAT_A_CLIENT_OFFERS}`
    throw new StoreError('client', problem)
  }

  async #chosen(request: unknown): Promise<unknown> {
    try {
      return await this.#choose(request, this.#settings)
    } catch (cause) {
      throw new StoreError('client', 'the function given as client threw', { cause })
    }
  }

  async close(): Promise<void> {
    await Promise.all([...this.#bound].map(async (store) => store.close?.()))
  }

  /** The local clock: which server is meant is not known. */
  now(): number {
    return Date.now()
  }

  async read(): Promise<never> {
    throw unbound()
  }

  async create(): Promise<never> {
    throw unbound()
  }

  async replace(): Promise<never> {
    throw unbound()
  }

  async touch(): Promise<never> {
    throw unbound()
  }

  async remove(): Promise<never> {
    throw unbound()
  }

  async end(): Promise<never> {
    throw unbound()
  }

  async enlist(): Promise<never> {
    throw unbound()
  }

  async listed(): Promise<never> {
    throw unbound()
  }

  async delist(): Promise<never> {
    throw unbound()
  }

  async readForeign(): Promise<never> {
    throw unbound()
  }

  async removeForeign(): Promise<never> {
    throw unbound()
  }
}

function unbound(): UsageError {
  return new UsageError(
    'the Redis client of this store is chosen per request; pass { request } to say for which',
  )
}
