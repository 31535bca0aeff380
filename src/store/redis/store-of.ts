import type { Store } from '../store.ts'
import { BoundStore } from './bound-store.ts'
import { refuseKeyPrefix, warnOfUnsafeOptions } from './client-options.ts'
import { confirmingOf } from './confirming.ts'
import type { Durability } from './durability.ts'
import type { OpenLink } from './link.ts'
import { NearSessions, type Behind, linkForNearCache } from './near.ts'
import type { NearCache } from './near-cache.ts'
import { portOf } from './port.ts'
import { subscriberOf } from './subscriber.ts'

/** What a store does beside the client, over connections of its own. */
export interface Extras {
  readonly durability?: Required<Durability> | undefined
  readonly nearCache?: Required<NearCache> | undefined
}

const stores = new WeakMap<object, Map<string, Store>>()

/**
 * The store behind a client, always the same one; `undefined` when it is no Redis client.
 *
 * @throws {OptionError} when nothing can be opened beside the client for what is asked, or the client
 *   has a prefix that would not count.
 */
export function storeOf(client: unknown, extras: Extras = {}): Store | undefined {
  if (typeof client !== 'object' || client === null) return undefined
  const name = JSON.stringify(extras)
  const known = stores.get(client)
  const found = known?.get(name)
  if (found !== undefined) return found
  const port = portOf(client)
  if (port === undefined) return undefined
  refuseKeyPrefix(client)
  const { durability, nearCache } = extras
  const store = new BoundStore(port, {
    openSubscriber: subscriberOf(client),
    confirming: durability && confirmingOf(client, durability),
    nearSessions: nearCache && nearSessions(linkForNearCache(client), port.keyPrefix, nearCache),
  })
  if (known === undefined) {
    warnOfUnsafeOptions(client)
    stores.set(client, new Map([[name, store]]))
  } else {
    known.set(name, store)
  }
  return store
}

function nearSessions(open: OpenLink, keyPrefix: string, nearCache: Required<NearCache>) {
  return (behind: Behind) => new NearSessions(open, keyPrefix, nearCache, behind)
}
