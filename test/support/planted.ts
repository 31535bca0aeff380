import { createSeal, hashFamily } from '../../src/cookie/credential.ts'
import { randomId } from '../../src/cookie/random.ts'
import type { SessionRecord } from '../../src/record/record.ts'
import type { Store } from '../../src/store/store.ts'
import { recordOf } from '../contract/records.ts'
import { SECRET } from './app.ts'

/** A session that somebody wrote into the store by other means than this library's. */
export interface Planted {
  readonly record: SessionRecord
  readonly key: string
  /** The Cookie header that opens it, for options with nothing but {@link SECRET}, over http. */
  readonly cookie: string
}

/** Lays a record into the store: any payload at all, under a header in order. */
export async function plant(store: Store, given: Partial<SessionRecord>): Promise<Planted> {
  const id = randomId()
  const family = randomId()
  const record = recordOf(store, { id, familyHash: hashFamily(family), ...given })
  const key = `session:${id}`
  await store.create(key, record)
  const value = createSeal([SECRET], 'session:').write('sid', { id, family, edition: 0 })
  return { record, key, cookie: `sid=${value}` }
}
