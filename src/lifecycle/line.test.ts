import { expect, test } from 'vitest'
import type { SessionRecord } from '../record/record.ts'
import type { Visit } from '../session/visit.ts'
import type { Store } from '../store/store.ts'
import { Lines } from './line.ts'

const KEY = 'session:1'

function record(...writes: string[]): SessionRecord {
  return { writes, familyHash: 'family' } as unknown as SessionRecord
}

function writer() {
  return { visit: {} as Visit }
}

test('a line is there while somebody stands in it, and no longer', async () => {
  const lines = new Lines(1000)
  const [store, other] = [{} as Store, {} as Store]
  const [first, second, elsewhere] = [writer(), writer(), writer()]
  const line = lines.begin(store, KEY)
  await line.enter(first, record('a'))
  await lines.begin(other, KEY).enter(elsewhere, record('a'))
  expect(lines.find(other, KEY)).not.toBe(line)
  const waiting = line.enter(second, record('a'))
  line.leave(first, record('b', 'a'))
  expect(await waiting).toEqual(record('b', 'a'))
  expect(lines.find(store, KEY)).toBe(line)
  line.leave(second, undefined)
  expect([lines.find(store, KEY), lines.areNone]).toEqual([undefined, false])
  lines.find(other, KEY)?.leave(elsewhere, undefined)
  expect(lines.areNone).toBe(true)
})

test('whoever leaves late, after its turn was ended, ends no turn of another', async () => {
  const lines = new Lines(4)
  const [first, second, third] = [writer(), writer(), writer()]
  const line = lines.begin({} as Store, KEY)
  await line.enter(first, record('a'))
  const waiting = [line.enter(second, record('b', 'a')), line.enter(third, record('b', 'a'))]
  // Nothing that the first stores from here on is of use: it may be older than what others store.
  expect(await waiting[0]).toEqual(record('b', 'a'))
  line.leave(first, record('c', 'b', 'a'))
  line.leave(second, record('d', 'b', 'a'))
  expect(await waiting[1]).toEqual(record('d', 'b', 'a'))
  line.leave(third, undefined)
  expect(lines.areNone).toBe(true)
})
