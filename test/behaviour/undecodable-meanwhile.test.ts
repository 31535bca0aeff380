import { expect, test } from 'vitest'
import { GoneError } from '../../src/errors.ts'
import type { Session } from '../../src/session/members.ts'
import { createSessions } from '../../src/sessions.ts'
import { expectedOf } from '../../src/store/store.ts'
import { type Data, SECRET } from '../support/app.ts'
import { describeOnBothStores } from '../support/both-stores.ts'
import { collect } from '../support/events.ts'
import type { LatchStore } from '../support/latch-store.ts'

/** Reads what it has written itself, and nothing of the other's. */
function speaking(tongue: string, store: LatchStore) {
  return createSessions<Data>({
    secret: SECRET,
    store,
    serialize: (data) => `${tongue} ${JSON.stringify(data)}`,
    deserialize(payload) {
      const [spoken, text = ''] = String(payload).split(/ (.*)/s)
      if (spoken !== tongue) throw new Error(`does not speak ${spoken}`)
      return JSON.parse(text) as Data
    },
  })
}

describeOnBothStores('a write that cannot be decoded here comes in between', (makeStore) => {
  /** A session of a server that speaks old, written by one that speaks new since it was opened. */
  async function begin() {
    const store = makeStore()
    const old = speaking('old', store)
    const first = await old.open()
    first['n'] = 1
    const cookie = (await old.commit(first)).setCookie?.split(';')[0]
    const session = await old.open(cookie)
    const [record] = await store.records()
    if (record === undefined) throw new Error('nothing is stored')
    const answer = await store.replace(`session:${record.id}`, expectedOf(record), {
      ...record,
      writes: ['another', ...record.writes],
      data: 'new {"n":2}',
    })
    expect(answer.status).toBe('replaced')
    return { store, old, session }
  }

  test('the request ends gone, with an event, and what lies there stays', async () => {
    const { store, old, session } = await begin()
    const events = collect()
    session['n'] = 3
    expect(await old.commit(session)).toEqual({ outcome: 'gone' })
    expect(events.of('rejected')).toMatchObject([{ id: session.id, reason: 'undecodable' }])
    expect(await store.records()).toMatchObject([{ data: 'new {"n":2}' }])
  })

  const ASKS: Record<string, (session: Session<Data>) => Promise<unknown>> = {
    update: (session) => session.update((draft) => void (draft['n'] = 3)),
    signIn: (session) => session.signIn('ada', { keep: ['n'] }),
  }

  test.each(Object.entries(ASKS))('%s says so', async (_, ask) => {
    const { store, session } = await begin()
    await expect(ask(session)).rejects.toThrow(GoneError)
    expect(await store.records()).toMatchObject([{ data: 'new {"n":2}' }])
  })
})
