import { test as nodeTest } from 'node:test'
import { createSessions, memoryStore } from 'sojourn'
import type { Store } from 'sojourn'
import { fakeClock, serializerConformance, signedIn, storeConformance } from 'sojourn/testing'
import type { ConformanceCase, FakeClock, MakeStore, StoreFixture } from 'sojourn/testing'
import { test as vitestTest } from 'vitest'

declare module 'sojourn' {
  interface SessionData {
    userId: string
    cart: string[]
  }
}

type Same<A, B> = [A] extends [B] ? ([B] extends [A] ? true : false) : false
function same<A, B>(..._proof: Same<A, B> extends true ? [] : ['types differ']): void {}

const secret = 'only-for-the-type-checker-0123456789'
const sessions = createSessions({ secret })

// The data are those of the session, and partial.
const cookie = await signedIn(sessions, { userId: 'ada' }, { timeout: 60, request: {} })
same<typeof cookie, string>()
await fetch('http://localhost', { headers: { cookie } })
await signedIn(sessions, {})
// @ts-expect-error -- no such key
await signedIn(sessions, { user: 'ada' })
// @ts-expect-error -- another type
await signedIn(sessions, { userId: 7 })
await signedIn(sessions, {}, { principal: 'ada' })
// @ts-expect-error -- a user id is a string
await signedIn(sessions, {}, { principal: 7 })

// Data of one set of sessions, by type argument.
const admin = createSessions<{ level: number }>({ secret })
await signedIn(admin, { level: 3 })
// @ts-expect-error -- a key of the other set
await signedIn(admin, { userId: 'ada' })

// The clock is what a memory store takes.
const clock: FakeClock = fakeClock(new Date(0))
memoryStore({ now: clock.now })
clock.advance(20 * 60)
clock.set(new Date())

// The cases are what test runners take.
function runAll(test: (name: string, run: () => Promise<void>) => unknown): void {
  for (const { name, run } of storeConformance(() => memoryStore())) test(name, run)
}
runAll(nodeTest)
runAll(vitestTest)

declare const myStore: Store
const fixture: StoreFixture = { store: myStore, clock, putForeign: (key) => key, end() {} }
const makers: MakeStore[] = [() => myStore, async () => myStore, () => fixture, async () => fixture]
same<ReturnType<typeof storeConformance>, ConformanceCase[]>()
void makers

const serializer = {
  serialize: (data: Record<string, unknown>) => JSON.stringify(data),
  deserialize: (stored: string | Uint8Array) => JSON.parse(String(stored)),
}
serializerConformance(serializer)
serializerConformance(serializer, { keeps: 'json', authenticated: true })
serializerConformance(serializer, { keeps: ['Date', 'Map'] })
// @ts-expect-error -- nobody keeps functions
serializerConformance(serializer, { keeps: ['function'] })
