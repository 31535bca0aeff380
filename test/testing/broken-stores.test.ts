import { describe, expect, test } from 'vitest'
import type { SessionRecord } from '../../src/record/record.ts'
import { memoryStore } from '../../src/store/memory.ts'
import type { ReadAnswer, Store } from '../../src/store/store.ts'
import { type MakeStore, fakeClock, storeConformance } from '../../src/testing/testing.ts'
import { BROKEN_ACCOUNTS } from './broken-accounts.ts'
import { BROKEN } from './broken-stores.ts'
import { AccountsStore, MapStore } from './map-store.ts'

/** The names of the cases that a store does not pass. */
async function failures(makeStore: MakeStore): Promise<string[]> {
  const cases = storeConformance(makeStore)
  const results = await Promise.allSettled(cases.map(({ run }) => run()))
  return cases.filter((_, at) => results[at]?.status === 'rejected').map(({ name }) => name)
}

function onFakeClock(make: (now: () => number) => Store): MakeStore {
  return () => {
    const clock = fakeClock()
    return { store: make(clock.now), clock }
  }
}

function doNothing(): void {}

describe('storeConformance', () => {
  test('is passed by a store that says the contract as plainly as it can be said', async () => {
    expect(await failures(onFakeClock((now) => new MapStore(now)))).toEqual([])
  })

  test('is passed by a store that goes by the local clock', async () => {
    expect(await failures(() => new MapStore())).toEqual([])
  })

  test('is passed by the same with what accounts need', async () => {
    expect(await failures(onFakeClock((now) => new AccountsStore(now)))).toEqual([])
    expect(await failures(() => new AccountsStore())).toEqual([])
  })

  test.each([...BROKEN, ...BROKEN_ACCOUNTS])(
    'catches a store where %s',
    async (_, caughtBy, Broken) => {
      expect(await failures(onFakeClock((now) => new Broken(now)))).toContain(caughtBy)
    },
  )

  test('catches by the local clock, too, a store where nothing expires', async () => {
    const [, caughtBy, Broken] = BROKEN.find(([mistake]) => mistake === 'nothing expires') ?? []
    expect(await failures(() => new (Broken as typeof MapStore)())).toContain(caughtBy)
  })

  test('catches a store that takes foreign values for nothing at all', async () => {
    expect(await failures(() => ({ store: new MapStore(), putForeign: doNothing }))).toEqual([
      'something else under the key: is undecodable',
      'something else under the key: is neither overwritten nor removed',
    ])
  })

  test('catches a store that writes over foreign values', async () => {
    class Careless extends MapStore {
      readonly foreign = new Set<string>()
      override async read(key: string): Promise<ReadAnswer> {
        return this.foreign.has(key) ? 'undecodable' : super.read(key)
      }
      override keep(key: string, record: SessionRecord) {
        this.foreign.delete(key)
        super.keep(key, record)
      }
    }
    const makeStore = () => {
      const store = new Careless()
      return { store, putForeign: (key: string) => store.foreign.add(key) }
    }
    expect(await failures(makeStore)).toEqual([
      'something else under the key: is neither overwritten nor removed',
    ])
  })

  test('catches a store that forgets a key at another instant than it should', async () => {
    expect(await failures(() => ({ store: new MapStore(), expiryAt: () => 0 }))).toEqual(
      expect.arrayContaining([
        'touch: notes later activity as a write of its own',
        'expiry: is where expiryOf says, deadline null',
      ]),
    )
  })

  test('catches a live subscription that tells nothing', async () => {
    class Mute extends MapStore {
      watch() {
        return { live: true, end: async () => {} }
      }
    }
    expect(await failures(() => new Mute())).toEqual([
      'watch: tells that a record was removed',
      'watch: tells that a record will expire earlier',
    ])
  })

  test('catches a subscription that tells within the call, or after its end', async () => {
    class Hasty extends MapStore {
      watch(_key: string, changed: () => void) {
        changed()
        return { live: false, end: async () => {} }
      }
    }
    class Endless extends MapStore {
      readonly listeners = new Map<() => void, string>()
      watch(key: string, changed: () => void) {
        this.listeners.set(changed, key)
        return { live: true, end: async () => {} }
      }
      tell(key: string) {
        for (const [changed, about] of this.listeners) if (about === key) changed()
      }
      override keep(key: string, record: SessionRecord) {
        super.keep(key, record)
        this.tell(key)
      }
      override async remove(key: string, principal: string | null) {
        this.tell(key)
        return super.remove(key, principal)
      }
    }
    expect(await failures(() => new Hasty())).toContain(
      'watch: may begin where nothing lies, and end twice',
    )
    expect(await failures(() => new Endless())).toEqual([
      'watch: tells nothing within the call, and nothing after its end',
    ])
  })

  test('makes a store for each case, binds it to a request, and closes it after', async () => {
    const closed: unknown[] = []
    const makeStore = () => {
      const store = memoryStore()
      const asked: unknown[] = []
      return {
        store: Object.assign(store, {
          for: (request: unknown) => (asked.push(request), store),
          close: async () => void closed.push(asked[0]),
        }),
        request: 'the request',
      }
    }
    expect(await failures(makeStore)).toEqual([])
    expect(closed).toEqual(storeConformance(makeStore).map(() => 'the request'))
  })

  test('ends a fixture after a case that fails', async () => {
    let ended = 0
    const makeStore = () => ({
      store: { ...memoryStore(), now: () => Number.NaN } as unknown as Store,
      end: () => (ended += 1),
    })
    const failed = await failures(makeStore)
    expect(failed.length).toBeGreaterThan(0)
    expect(ended).toBe(storeConformance(makeStore).length)
  })

  test('says so when the clock of the fixture moves nothing', async () => {
    const store = new MapStore(() => 1_800_000_000_000)
    const cases = storeConformance(() => ({ store, clock: fakeClock() }))
    const expiry = cases.find(({ name }) => name.startsWith('expiry: '))
    await expect(expiry?.run()).rejects.toThrow('the clock does not move the time of the store')
  })

  test('names every case once', () => {
    const names = storeConformance(() => memoryStore()).map(({ name }) => name)
    expect(new Set(names).size).toBe(names.length)
    expect(names.length).toBeGreaterThan(100)
  })
})
