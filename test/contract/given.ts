import { setTimeout as sleep } from 'node:timers/promises'

import { expect } from 'vitest'

import { expiryOf, type SessionRecord } from '../../src/record/record.ts'
import { comparable, fresh, recordOf, type Subject } from './records.ts'

/** What the contract's tests have to work with. */
export interface Given {
  readonly subject: () => Subject
  /** Runs an operation twice: the second execution changes nothing and answers the same. */
  readonly twice: <T>(key: string, operation: () => Promise<T>) => Promise<T>
  /** A record that is there. */
  readonly created: (given?: Partial<SessionRecord>) => Promise<Lying>
  /** A record that was there and has expired. */
  readonly expired: () => Promise<Lying>
  readonly stored: (key: string) => Promise<SessionRecord>
}

export interface Lying {
  readonly key: string
  readonly record: SessionRecord
}

export function givenOf(subject: () => Subject): Given {
  const store = () => subject().store

  async function twice<T>(key: string, operation: () => Promise<T>): Promise<T> {
    const first = await operation()
    const after = await store().read(key)
    const expiry = await subject().expiryAt?.(key)
    expect(await operation()).toEqual(first)
    expect(await store().read(key)).toEqual(after)
    expect(await subject().expiryAt?.(key)).toBe(expiry)
    return first
  }

  async function created(given: Partial<SessionRecord> = {}): Promise<Lying> {
    const record = recordOf(store(), given)
    const key = fresh('key')
    expect(await twice(key, () => store().create(key, record))).toBe('created')
    return { key, record }
  }

  async function expired(): Promise<Lying> {
    const record = recordOf(store(), { touchedAt: store().now() - 1_259_800 })
    const key = fresh('key')
    await store().create(key, record)
    expect(await store().read(key)).not.toBe('absent')
    while ((await store().read(key)) !== 'absent') await pass(subject(), 20)
    if (subject().pass) expect(store().now()).toBeGreaterThanOrEqual(expiryOf(record))
    return { key, record }
  }

  async function stored(key: string): Promise<SessionRecord> {
    const record = await store().read(key)
    if (typeof record === 'string') throw new Error(record)
    return comparable(record)
  }

  return { subject, twice, created, expired, stored }
}

async function pass(subject: Subject, ms: number): Promise<void> {
  if (subject.pass === undefined) await sleep(ms)
  else subject.pass(ms)
}
