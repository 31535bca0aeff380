import { type Seal, createSeal } from '../cookie/credential.ts'
import { StoreError, type StoreOperation } from '../errors.ts'
import { publish } from '../events.ts'
import type { Policy } from '../options/resolve.ts'
import { type CsrfTokens, createCsrfTokens } from '../session/csrf.ts'
import type { Visit } from '../session/visit.ts'
import type { Store } from '../store/store.ts'
import { Deadlines } from './deadline.ts'

/** What all requests of one set of sessions share. */
export interface Engine {
  readonly policy: Policy
  readonly store: Store
  readonly seal: Seal
  readonly csrf: CsrfTokens
  readonly deadlines: Deadlines
}

export function createEngine(policy: Policy, store: Store): Engine {
  return {
    policy,
    store,
    seal: createSeal(policy.secrets, policy.prefix),
    csrf: createCsrfTokens(policy.secrets),
    deadlines: new Deadlines(policy.storeTimeoutMs),
  }
}

/**
 * Asks this request's store one thing, within the deadline.
 *
 * @throws {StoreError} when the store fails or is late; event `unavailable`.
 */
export async function ask<T>(
  engine: Engine,
  visit: Visit,
  operation: StoreOperation,
  question: (store: Store) => Promise<T>,
): Promise<T> {
  try {
    const bound = bind(engine, visit)
    const store = bound instanceof Promise ? await bound : bound
    return await engine.deadlines.run(operation, () => question(store))
  } catch (error) {
    const failed = error instanceof StoreError ? error.operation : operation
    publish('unavailable', { operation: failed, request: visit.request })
    throw error
  }
}

/** The store is bound to the request at its first need, once. */
function bind({ store, deadlines }: Engine, visit: Visit): Store | Promise<Store> {
  if (visit.store !== undefined) return visit.store
  if (store.for === undefined) return (visit.store = store)
  const bound = deadlines.run('client', async () => (await store.for?.(visit.request)) ?? store)
  visit.store = bound
  bound.then(
    (ready) => (visit.store = ready),
    () => undefined,
  )
  return bound
}

/**
 * The time by the clock of the store this request uses. Before the first write of a node it is
 * measured, so that a record is never dated by a clock that is off.
 */
export async function storeTime(engine: Engine, visit: Visit): Promise<number> {
  await ask(engine, visit, 'client', async (store) => store.measureClock?.())
  return storeNow(engine, visit)
}

export function storeNow({ store }: Engine, visit: Visit): number {
  return visit.store === undefined || visit.store instanceof Promise
    ? store.now()
    : visit.store.now()
}
