import assert from 'node:assert/strict'
import { setTimeout as sleep } from 'node:timers/promises'
import { type Store, type Subscription, expectedOf } from '../../store/store.ts'
import type { Checks } from '../conformance.ts'
import type { Given } from './given.ts'
import { fresh, successor } from './records.ts'

/** How soon a live subscription has to tell, and how soon one may be live. */
const SOON_MS = 2000

interface Listening {
  readonly subscription: Subscription
  /** How often something was told. */
  readonly told: () => number
}

/** Store.watch: what a subscription tells while it is live. One that never is promises nothing. */
export const watchChecks: Checks<Given> = {
  'tells that a record was removed': async (given) => {
    const { store, created } = given
    const { key } = await created()
    await whileLive(given, key, async ({ told }) => {
      const before = told()
      await store.remove(key, null)
      assert.ok(await soon(() => told() > before), 'nobody told that it was removed')
    })
  },

  'tells that a session was ended': async (given) => {
    const { store, created } = given
    if (store.end === undefined) return
    const { key, record } = await created()
    await whileLive(given, key, async ({ told }) => {
      const before = told()
      const tombstone = { id: record.id, ended: { reason: 'why', at: Math.trunc(store.now()) } }
      const whose = { principal: undefined, evenAbsent: false }
      const how = { ...whose, tombstone, forMs: 60_000, writeId: fresh('write') }
      await store.end?.(key, how)
      assert.ok(await soon(() => told() > before), 'nobody told that it was ended')
    })
  },

  'tells that a record will expire earlier': async (given) => {
    const { store, created } = given
    const { key, record } = await created()
    await whileLive(given, key, async ({ told }) => {
      const before = told()
      const shorter = successor(record, { timeoutMs: record.timeoutMs / 2 })
      await store.replace(key, expectedOf(record), shorter)
      assert.ok(await soon(() => told() > before), 'nobody told that it will expire earlier')
    })
  },

  'tells nothing within the call, and nothing after its end': async (given) => {
    const { store, created } = given
    const { key } = await created()
    await whileLive(given, key, async ({ told }) => {
      const ended = listen(store, key)
      await ended?.subscription.end()
      const [before, ofEnded] = [told(), ended?.told()]
      await store.remove(key, null)
      await soon(() => told() > before)
      assert.equal(ended?.told(), ofEnded, 'it goes on telling')
    })
  },

  'may begin where nothing lies, and end twice': async ({ store }) => {
    const listening = listen(store, fresh('key'))
    await listening?.subscription.end()
    await listening?.subscription.end()
  },
}

async function whileLive(
  { store, clock }: Given,
  key: string,
  work: (listening: Listening) => Promise<void>,
): Promise<void> {
  const listening = listen(store, key)
  if (listening === undefined) return
  try {
    const isLive = () => listening.subscription.live
    // A clock that can be moved passes by any expiry unnoticed: such a store does not wait for it.
    if (clock === undefined ? await soon(isLive) : isLive()) await work(listening)
  } finally {
    await listening.subscription.end()
  }
}

function listen(store: Store, key: string): Listening | undefined {
  let told = 0
  const subscription = store.watch?.(key, () => {
    told += 1
  })
  assert.equal(told, 0, 'it tells within the call')
  return subscription && { subscription, told: () => told }
}

async function soon(is: () => boolean): Promise<boolean> {
  const giveUpAt = performance.now() + SOON_MS
  while (!is() && performance.now() < giveUpAt) await sleep(10)
  return is()
}
