import { type Seal, createSeal } from '../cookie/credential.ts'
import { type StoreOperation, UsageError } from '../errors.ts'
import type { Policy } from '../options/resolve.ts'
import { type CsrfTokens, createCsrfTokens } from '../session/csrf.ts'
import type { Store } from '../store/store.ts'
import { Deadlines } from './deadline.ts'
import { Epochs } from './epochs.ts'
import { Lines } from './line.ts'

/** What all requests of one set of sessions share. */
export interface Engine {
  readonly policy: Policy
  readonly store: Store
  readonly seal: Seal
  readonly csrf: CsrfTokens
  readonly deadlines: Deadlines
  readonly lines: Lines
  /** Only with option `epoch`. */
  readonly epochs: Epochs | undefined
}

export function createEngine(policy: Policy, store: Store): Engine {
  return {
    policy,
    store,
    seal: createSeal(policy.secrets, policy.prefix),
    csrf: createCsrfTokens(policy.secrets),
    deadlines: new Deadlines(policy.storeTimeoutMs),
    lines: new Lines(policy.storeTimeoutMs),
    epochs: policy.epoch ? new Epochs() : undefined,
  }
}

/** Where a session lies. */
export function keyOf({ policy }: Engine, id: string): string {
  return policy.prefix + id
}

/** On whose behalf a store is asked, and the store bound to it, once it was needed. */
export interface Asking {
  readonly request: unknown
  store: Promise<Store> | Store | undefined
}

/** @throws {UsageError} as {@link requireRequest}. */
export function askingFor(engine: Engine, request: unknown): Asking {
  requireRequest(engine, request)
  return { request, store: undefined }
}

/** @throws {UsageError} when the store is chosen per request, and this is work outside of one. */
export function requireRequest({ store }: Engine, request: unknown): void {
  if (request !== undefined || !store.needsRequest) return
  throw new UsageError('the store is chosen per request; pass { request } to say for which')
}

/**
 * Asks this request's store one thing, within the deadline.
 *
 * @throws {StoreError} when the store fails or is late; event `unavailable`.
 */
export function ask<T>(
  engine: Engine,
  visit: Asking,
  operation: StoreOperation,
  question: (store: Store) => Promise<T>,
): Promise<T> {
  const { deadlines } = engine
  const { request } = visit
  const bound = bind(engine, visit)
  return bound instanceof Promise
    ? bound.then((store) => deadlines.run(operation, request, store, question))
    : deadlines.run(operation, request, bound, question)
}

/** The store is bound to the request at its first need, once. */
export function bind({ store, deadlines }: Engine, visit: Asking): Store | Promise<Store> {
  if (visit.store !== undefined) return visit.store
  if (store.for === undefined) return (visit.store = store)
  const chosen = choose(store, visit.request)
  if (!(chosen instanceof Promise)) return (visit.store = chosen)
  const bound = deadlines.run('client', visit.request, chosen, (store) => store)
  visit.store = bound
  bound.then(
    (ready) => (visit.store = ready),
    () => undefined,
  )
  return bound
}

function choose(store: Store, request: unknown): Store | Promise<Store> {
  try {
    return store.for?.(request) ?? store
  } catch (error) {
    return Promise.reject(error)
  }
}

/**
 * The time by the clock of the store this request uses. Before the first write of a node it is
 * measured, so that a record is never dated by a clock that is off.
 */
export async function storeTime(engine: Engine, visit: Asking): Promise<number> {
  await ask(engine, visit, 'client', async (store) => store.measureClock?.())
  return storeNow(engine, visit)
}

export function storeNow({ store }: Engine, visit: Asking): number {
  return visit.store === undefined || visit.store instanceof Promise
    ? store.now()
    : visit.store.now()
}
