import { expectedOf, isRecord } from '../../src/store/store.ts'
import { expect, test } from 'vitest'
import { expiryOf } from '../../src/record/record.ts'
import { createSessions } from '../../src/sessions.ts'
import { memoryStore } from '../../src/store/memory.ts'
import type { Store } from '../../src/store/store.ts'
import { SECRET } from '../support/app.ts'

interface Data {
  n: number
}

/** A client that loses the reply to a replace and sends it again, after `between` has happened. */
function resending(inner: Store, between: (key: string) => Promise<void>): Store {
  return {
    now: () => inner.now(),
    read: (key) => inner.read(key),
    create: (key, record) => inner.create(key, record),
    touch: (key, touch) => inner.touch(key, touch),
    remove: (key, principal) => inner.remove(key, principal),
    async replace(key, expected, record) {
      await inner.replace(key, expected, record)
      await between(key)
      return inner.replace(key, expected, record)
    },
  }
}

test('a re-sent rotation, after another request rotated in between, hands out no cookie', async () => {
  const inner = memoryStore()
  async function rotateElsewhere(key: string): Promise<void> {
    const stored = await inner.read(key)
    if (!isRecord(stored)) throw new Error('no record')
    const rotated = {
      ...stored,
      writes: ['elsewhere', ...stored.writes],
      familyHash: 'of another family',
    }
    await inner.replace(key, expectedOf(stored), rotated)
    expect(expiryOf(rotated)).toBe(expiryOf(stored))
  }
  const sessions = createSessions<Data>({
    secret: SECRET,
    store: resending(inner, rotateElsewhere),
  })
  const first = await sessions.open()
  first.n = 1
  const { setCookie = '' } = await sessions.commit(first)

  const session = await sessions.open(setCookie.split(';')[0])
  session.rotate()
  expect(await sessions.commit(session)).toEqual({ outcome: 'saved' })
  session.n = 2
  expect(await session.save()).toBe('gone')
})
