import { expect, test } from 'vitest'
import { createSessions } from '../../src/sessions.ts'
import { type Data, SECRET } from '../support/app.ts'
import { describeOnBothStores } from '../support/both-stores.ts'
import { cookieOf } from '../support/timed.ts'

/** Makes all bytes in one room, as encoders do that save allocations. */
function inOneRoom() {
  const room = Buffer.alloc(1000)
  return {
    serialize: (data: object) => room.subarray(0, room.write(JSON.stringify(data))),
    deserialize: (stored: string | Uint8Array) => JSON.parse(Buffer.from(stored).toString()),
  }
}

describeOnBothStores('a serializer that uses its bytes again', (makeStore) => {
  test('gives nobody the data of another, nor of the messages', async () => {
    const sessions = createSessions<Data>({ secret: SECRET, store: makeStore(), ...inOneRoom() })
    const users = ['alice', 'bobby', 'carol']
    const cookies = await Promise.all(
      users.map(async (user) => {
        const session = await sessions.open()
        session['user'] = user
        session.pushFlash(`welcome ${user}`)
        return cookieOf((await sessions.commit(session)).setCookie)
      }),
    )
    const read = await Promise.all(cookies.map((cookie) => sessions.open(cookie)))
    expect(read.map((session) => session['user'])).toEqual(users)
    expect(read.map((session) => session.peekFlash())).toEqual(
      users.map((user) => [`welcome ${user}`]),
    )
  })
})
