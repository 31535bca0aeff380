import { expect, test } from 'vitest'
import { StoreError } from '../../src/errors.ts'
import { leaveBehind } from '../../src/session/leave-behind.ts'
import type { SessionObject } from '../../src/session/session.ts'
import { beginTimed } from '../support/timed.ts'

async function begin() {
  const { sessions, store, header } = await beginTimed()
  store.failNext('read', new Error('no route to host'))
  const opened = await sessions.open(header, undefined, { onUnavailable: 'visitor' })
  return { sessions, store, header, session: opened }
}

test('a session that cannot be read reads empty, says so, and is left as it was', async () => {
  const { sessions, header, session: opened } = await begin()
  expect([opened.isAvailable, opened.isNew, opened.principal]).toEqual([false, true, null])
  expect([{ ...opened }, opened.peekFlash(), opened.popFlash()]).toEqual([{}, [], []])
  expect(opened.verifyCsrfToken('x')).toBe(false)
  expect(await sessions.commit(opened)).toMatchObject({ outcome: 'unchanged' })
  const later = await sessions.open(header)
  expect([later.isAvailable, later['n']]).toEqual([true, 1])
})

test('what gives a promise gives one that says so', async () => {
  const { session: opened } = await begin()
  for (const promised of [
    () => opened.save(),
    () => opened.signIn('eve'),
    () => opened.signOut(),
    () => opened.update(() => null),
  ]) {
    await expect(promised()).rejects.toThrow(StoreError)
  }
})

test('every change of it is an error, and no change is lost in silence', async () => {
  const { sessions, header, session: opened } = await begin()
  for (const change of [
    () => opened.invalidate(),
    () => opened.rotate(),
    () => opened.clear(),
    () => opened.adjustTimeoutForSession(60),
    () => opened.pushFlash('x'),
    () => opened.getCsrfToken(),
    () => opened.newCsrfToken(),
    () => opened.save(),
    () => leaveBehind(opened as never as SessionObject, opened as never as SessionObject),
    async () => opened.signIn('eve'),
    async () => opened.signOut(),
    async () => opened.update(() => null),
  ]) {
    await expect((async () => change())()).rejects.toThrow(StoreError)
  }
  opened['n'] = 2
  await expect(sessions.commit(opened)).rejects.toThrow(/gave no answer.*nothing was changed/)
  expect((await sessions.open(header))['n']).toBe(1)
})
