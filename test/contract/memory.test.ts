import { describe, expect, test } from 'vitest'

import { OptionError, StoreError } from '../../src/errors.ts'
import { memoryStore, type MemoryStoreOptions } from '../../src/store/memory.ts'
import { fakeClock } from '../../src/testing/testing.ts'
import { fresh, recordOf } from './records.ts'
import { describeStoreContract } from './store-contract.ts'

describeStoreContract('memoryStore', () => {
  const clock = fakeClock()
  return { store: memoryStore({ now: clock.now }), clock }
})

describeStoreContract('memoryStore by the local clock', () => memoryStore())

const LIFE_MS = 1_260_000

function aged(options: MemoryStoreOptions = {}) {
  let now = 1_795_000_000_000
  const store = memoryStore({ now: () => now, ...options })
  const pass = (ms: number) => {
    now += ms
  }
  return { store, pass }
}

describe('memoryStore', () => {
  test('uses the local clock unless it is given another', () => {
    expect(Math.abs(memoryStore().now() - Date.now())).toBeLessThan(50)
    expect(memoryStore({ now: () => 7 }).now()).toBe(7)
  })

  test('is bounded by what lives: expired records make room without anybody asking', async () => {
    const { store, pass } = aged({ maxRecords: 250 })
    for (let count = 0; count < 5000; count++) {
      pass(LIFE_MS / 100)
      expect(await store.create(fresh('key'), recordOf(store))).toBe('created')
    }
  })

  test('when full of living sessions refuses a new one, and keeps the others', async () => {
    const { store, pass } = aged({ maxRecords: 2 })
    const keys = [fresh('key'), fresh('key')]
    for (const key of keys) await store.create(key, recordOf(store))
    const refusal = store.create(fresh('key'), recordOf(store))
    await expect(refusal).rejects.toBeInstanceOf(StoreError)
    await expect(refusal).rejects.toThrow(/create: it holds 2 sessions, its maxRecords/)
    for (const key of keys) expect(await store.read(key)).toMatchObject({ id: expect.any(String) })
    await store.remove(keys[0] as string, null)
    expect(await store.create(fresh('key'), recordOf(store))).toBe('created')
    pass(LIFE_MS)
    expect(await store.create(fresh('key'), recordOf(store))).toBe('created')
  })

  test.each<[unknown, string, RegExp]>([
    ['no', 'memoryStore', /takes an object/],
    [null, 'memoryStore', /takes an object/],
    [{ now: 5 }, 'now', /function, not 5/],
    [{ maxRecords: 0 }, 'maxRecords', /from 1/],
    [{ maxRecords: 1.5 }, 'maxRecords', /whole number/],
    [{ maxRecord: 5 }, 'maxRecord', /did you mean maxRecords\?/],
  ])('refuses %j', (options, option, message) => {
    const make = () => memoryStore(options as MemoryStoreOptions)
    expect(make).toThrow(OptionError)
    expect(make).toThrow(message)
    expect(make).toThrow(expect.objectContaining({ option }))
  })
})
