import { describe, expect, test } from 'vitest'
import { beginTimed } from '../../test/support/timed.ts'
import type { SessionRecord } from '../record/record.ts'
import { firstRecord, nextRecord, rewritten } from './merge.ts'
import { type SessionObject, stateOf } from './session.ts'

const WRITTEN = { writeId: 'mine', data: '{}', flash: undefined }

/** A session opened a minute ago, in the middle of a request, and its record as it is now. */
async function begin(openOptions = {}) {
  const { sessions, store, header, pass } = await beginTimed({ timeout: 1000 })
  const session = await sessions.open(header, undefined, openOptions)
  pass(60)
  const [record] = await store.records()
  const state = stateOf(session as unknown as SessionObject)
  return { state, theirs: record as SessionRecord, written: { ...WRITTEN, now: store.now() } }
}

test('a first record names its write, and has nothing that nobody asked for', async () => {
  const { sessions, store } = await beginTimed({ timeout: 1000 })
  const state = stateOf((await sessions.open()) as unknown as SessionObject)
  const now = store.now()
  expect(firstRecord(state, { ...WRITTEN, now })).toMatchObject({
    writes: ['mine'],
    edition: 0,
    promotedAt: now,
    createdAt: now,
    touchedAt: now,
    timeoutMs: 1_000_000,
    deadline: now + 30 * 24 * 3600 * 1000,
    persistent: false,
    csrfNonce: '',
    principal: null,
    signedIn: null,
  })
})

describe('a record written on top of another', () => {
  test('differs in its write, its activity and its payloads only', async () => {
    const { state, theirs, written } = await begin()
    const { writeId, now, data, flash } = written
    const writes = [writeId, ...theirs.writes]
    const next = { ...theirs, writes, touchedAt: now, data, flash }
    expect(rewritten(state, theirs, written)).toStrictEqual(next)
    expect(nextRecord(state, theirs, {}, written)).toStrictEqual(next)
    const chosen = { ...theirs, persistent: true, csrfNonce: 'theirs' }
    expect(nextRecord(state, chosen, {}, written)).toStrictEqual({
      ...next,
      persistent: true,
      csrfNonce: 'theirs',
    })
  })

  test('has what this request wished', async () => {
    const { state, theirs, written } = await begin()
    const wishes = { timeoutMs: 40_000, persistent: true, csrfNonce: 'mine' }
    expect(nextRecord(state, theirs, wishes, written)).toMatchObject({
      ...wishes,
      touchIntervalMs: 2000,
    })
  })

  test('PROTOCOL.md rule 16: the later activity wins', async () => {
    const { state, theirs, written } = await begin()
    const touchedAt = written.now + 1
    expect(rewritten(state, { ...theirs, touchedAt }, written)).toMatchObject({ touchedAt })
    const { state: polling } = await begin({ countAsActivity: false })
    expect(rewritten(polling, theirs, written)).toMatchObject({ touchedAt: theirs.touchedAt })
  })

  test('PROTOCOL.md rule 5: the larger edition wins, and only a larger one is promoted', async () => {
    const { state, theirs, written } = await begin()
    const { promotedAt } = theirs
    const editionOf = (mine: number, other: number) => {
      state.edition = mine
      const { edition, promotedAt: at } = rewritten(state, { ...theirs, edition: other }, written)
      return [edition, at]
    }
    expect(editionOf(3, 2)).toEqual([3, written.now])
    expect(editionOf(2, 2)).toEqual([2, promotedAt])
    expect(editionOf(2, 3)).toEqual([3, promotedAt])
  })
})
