import type { Store } from '../store.ts'
import { BoundStore } from './bound-store.ts'
import { warnOfUnsafeOptions } from './client-options.ts'
import { confirmingOf } from './confirming.ts'
import type { Durability } from './durability.ts'
import { portOf } from './port.ts'
import { subscriberOf } from './subscriber.ts'

const stores = new WeakMap<object, Map<string, Store>>()

/**
 * The store behind a client, always the same one; `undefined` when it is no Redis client.
 *
 * @throws {OptionError} when the client cannot confirm what is asked to be durable.
 */
export function storeOf(client: unknown, durability?: Required<Durability>): Store | undefined {
  if (typeof client !== 'object' || client === null) return undefined
  const name = JSON.stringify(durability ?? null)
  const known = stores.get(client)
  const found = known?.get(name)
  if (found !== undefined) return found
  const port = portOf(client)
  if (port === undefined) return undefined
  const confirming = durability && confirmingOf(client, durability)
  const store = new BoundStore(port, subscriberOf(client), confirming)
  if (known === undefined) {
    warnOfUnsafeOptions(client)
    stores.set(client, new Map([[name, store]]))
  } else {
    known.set(name, store)
  }
  return store
}
