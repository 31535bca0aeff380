import { randomWriteId } from '../../src/cookie/random.ts'
import { revisionOf } from '../../src/record/record.ts'
import { type ReadAnswer, type Store, expectedOf, isRecord } from '../../src/store/store.ts'
import { besideForeign } from '../support/stepped.ts'

/** A store with one mistake, made from one that is right. */
export type Breaks = (store: Store) => Partial<Store>

/** Long enough for others to come in between. */
async function aWhile(store: Store, key: string, reads: number): Promise<void> {
  for (let read = 0; read < reads; read++) await store.read(key)
}

/** The mistakes of session stores that are in use, by name. */
export const BROKEN: Readonly<Record<string, Breaks>> = {
  'blind write': (store) => ({
    async replace(key, expected, record) {
      const found = await store.read(key)
      const revision = isRecord(found) ? revisionOf(found) : expected.revision
      return store.replace(key, { ...expected, revision }, record)
    },
  }),
  'create on update': (store) => ({
    async replace(key, expected, record) {
      const answer = await store.replace(key, expected, record)
      if (answer.status !== 'gone') return answer
      const created = await store.create(key, record)
      return created === 'created' ? { status: 'replaced', familyHash: record.familyHash } : answer
    },
  }),
  'ignored answer': (store) => ({
    async replace(key, expected, record) {
      await store.replace(key, expected, record)
      return { status: 'replaced', familyHash: record.familyHash }
    },
    async remove(key, principal) {
      await store.remove(key, principal)
      return 'removed'
    },
  }),
  'forgotten retry': (store) => ({
    async replace(key, expected, record) {
      const answer = await store.replace(key, expected, record)
      if (answer.status !== 'conflict') return answer
      return { status: 'replaced', familyHash: record.familyHash }
    },
  }),
  'sign-out answered before it is done': (store) => ({
    async remove(key, principal) {
      const later = async () => {
        await aWhile(store, key, 20)
        await store.remove(key, principal)
      }
      later().catch(() => undefined)
      return 'removed'
    },
  }),
  'reads from a copy that lags behind': (store) => {
    const copies = new Map<string, ReadAnswer>()
    return {
      async read(key) {
        const answer = await store.read(key)
        const copy = copies.get(key) ?? answer
        copies.set(key, answer)
        return copy
      },
    }
  },
  'touch writes back what it has read': (store) => {
    let touches = 0
    return {
      async touch(key, touch) {
        const found = await store.read(key)
        // Some take longer, so that others write meanwhile.
        await aWhile(store, key, ++touches % 2 === 0 ? 30 : 0)
        const now = await store.read(key)
        if (isRecord(found) && isRecord(now)) {
          await store.replace(key, expectedOf(now), { ...found, writes: [randomWriteId()] })
        }
        return store.touch(key, touch)
      },
    }
  },
  'sent again as another write': (store) => {
    let writes = 0
    return {
      async replace(key, expected, record) {
        const answer = await store.replace(key, expected, record)
        // Most answers are lost.
        if (++writes % 3 === 0) return answer
        return store.replace(key, expected, { ...record, writes: [randomWriteId()] })
      },
    }
  },
}

export function breakStore(store: Store, mistake: string): Store {
  const breaks = BROKEN[mistake]
  if (breaks === undefined) throw new Error(`no such mistake: ${mistake}`)
  const plain = besideForeign(store, new Map())
  return { ...plain, ...breaks(plain) }
}
