import { describe, expect, test } from 'vitest'
import { StoreError, type StoreOperation } from '../../src/errors.ts'
import { createSessions } from '../../src/sessions.ts'
import type { Session } from '../../src/session/members.ts'
import { memoryStore } from '../../src/store/memory.ts'
import { type Data, SECRET } from '../support/app.ts'
import { collect } from '../support/events.ts'
import { LatchStore, type Operation, signal } from '../support/latch-store.ts'

function lost(operation: StoreOperation): StoreError {
  return new StoreError(operation, 'Socket closed unexpectedly', { connectionLost: true })
}

async function begin(storeTimeoutMs = 1000) {
  const store = new LatchStore(memoryStore())
  const sessions = createSessions<Data>({ secret: SECRET, store, storeTimeoutMs })
  async function request(cookie: string | undefined, work: (session: Session<Data>) => unknown) {
    const session = await sessions.open(cookie)
    await work(session)
    return sessions.commit(session)
  }
  const { setCookie } = await request(undefined, (session) => void (session['n'] = 1))
  const cookie = setCookie?.split(';')[0]
  return { store, sessions, request, cookie }
}

type Work = (session: Session<Data>) => unknown

/** What a request does, the operation whose answer is lost, and how the request ends all the same. */
const LOST: readonly (readonly [Operation, Work, outcome: string])[] = [
  ['read', () => undefined, 'unchanged'],
  ['replace', (session) => void (session['n'] = 2), 'saved'],
  ['replace', (session) => session.rotate(), 'saved'],
  ['replace', (session) => session.update((draft) => void (draft['n'] as number)++), 'unchanged'],
  ['remove', (session) => session.invalidate(), 'destroyed'],
]

describe('an answer that is lost with its connection is asked for again', () => {
  test.each(LOST)('%s: %s', async (operation, work, outcome) => {
    const { store, request, cookie } = await begin()
    const { calls } = store
    const before = calls[operation]
    store.loseAnswer(operation, lost(operation))
    expect(await request(cookie, work)).toMatchObject({ outcome })
    expect(calls[operation]).toBe(before + 2)
  })

  test('and a visitor gets one session of it', async () => {
    const { store, request } = await begin()
    store.loseAnswer('create', lost('create'))
    const { outcome, setCookie } = await request(undefined, (session) => void (session['n'] = 1))
    expect([outcome, setCookie]).toEqual(['created', expect.any(String)])
    expect(await store.records()).toHaveLength(2)
  })

  test('once: when the answer is lost again, the request fails', async () => {
    const { store, request, cookie } = await begin()
    store.loseAnswer('read', lost('read'))
    store.loseAnswer('read', lost('read'))
    await expect(request(cookie, () => undefined)).rejects.toThrow('Socket closed unexpectedly')
    expect(await request(cookie, () => undefined)).toEqual({ outcome: 'unchanged' })
  })

  test('and a revocation says that it has ended the session, once', async () => {
    const { store, sessions, request, cookie } = await begin()
    const { id } = await sessions.open(cookie)
    const events = collect()
    store.loseAnswer('end', lost('end'))
    expect(await sessions.revoke(id, { reason: 'enough' })).toBe(true)
    expect([store.calls.end, events.of('revoked').length]).toEqual([2, 1])
    await request(cookie, (session) => expect(session.ended?.reason).toBe('enough'))
    expect(await sessions.revoke(id, { reason: 'enough' })).toBe(false)
  })

  test('not by a scan: what has failed is over, and would seem to be complete', async () => {
    const { store, sessions } = await begin()
    const scanned = async () => {
      const ids: string[] = []
      for await (const { id } of sessions.scan()) ids.push(id)
      return ids
    }
    store.failNext('scan', lost('scan'))
    await expect(scanned()).rejects.toThrow('Socket closed unexpectedly')
    expect(await scanned()).toHaveLength(1)
  })

  test('not after another failure', async () => {
    const { store, request, cookie } = await begin()
    const before = store.calls.read
    store.failNext('read', new StoreError('read', 'NOPERM'))
    await expect(request(cookie, () => undefined)).rejects.toThrow('NOPERM')
    expect(store.calls.read).toBe(before + 1)
  })

  test('not after the deadline: the request has been told that it failed', async () => {
    const { store, request, cookie } = await begin(20)
    const ended = signal()
    let asked = 0
    store.remove = async () => {
      asked++
      await ended.given
      throw lost('remove')
    }
    const ending = request(cookie, (session) => session.invalidate())
    await expect(ending).rejects.toThrow('no answer within 20 ms')
    ended.give()
    const endedAt = performance.now()
    await expect.poll(() => performance.now() - endedAt).toBeGreaterThan(60)
    expect(asked).toBe(1)
  })
})
