import { expect, test } from 'vitest'
import type { SessionOptions } from '../../src/options/options.ts'
import { createSessions } from '../../src/sessions.ts'
import { type Data, type Page, SECRET, startApp } from '../support/app.ts'
import { describeOnBothStores } from '../support/both-stores.ts'

/** Ways to sign out that keep the session, as applications have them. */
const SIGN_OUTS: Record<string, Page> = {
  'delete each key': ({ session }) => {
    delete session['user']
    delete session['roles']
  },
  'undefined for each key': ({ session }) => {
    session['user'] = undefined
    session['roles'] = undefined
  },
  'clear()': ({ session }) => session.clear(),
  'clear() and save()': ({ session }) => {
    session.clear()
    return session.save()
  },
  'update()': ({ session }) =>
    session.update((draft) => {
      for (const key of Object.keys(draft)) delete draft[key]
    }),
  'rotate() and clear()': ({ session }) => {
    session.rotate()
    session.clear()
  },
  'null in place of the user': ({ session }) => {
    session['user'] = null
    session['roles'] = []
  },
}

const SERIALIZERS: Record<string, Partial<SessionOptions<Data>>> = {
  'the built-in serializer': {},
  'a serializer of their own': {
    serialize: (data) => Buffer.from(JSON.stringify(data)),
    deserialize: (stored) => JSON.parse(Buffer.from(stored as Uint8Array).toString()) as Data,
  },
}

describeOnBothStores('a sign-out that keeps the session', (makeStore) => {
  for (const [serializer, options] of Object.entries(SERIALIZERS)) {
    test.each(Object.entries(SIGN_OUTS))(
      `THREATS 15: is stored: %s, with ${serializer} (ASVS 7.4.1)`,
      async (_, out) => {
        const store = makeStore()
        const sessions = createSessions<Data>({ secret: SECRET, store, ...options })
        const app = await startApp(sessions, {
          in: ({ session }) => {
            session['user'] = 'ada'
            session['roles'] = ['admin']
          },
          out,
          who: ({ session }) => [session['user'] ?? null, session['roles'] ?? []],
        })
        const browser = app.browser()
        await browser.post('/in')
        expect((await browser.get('/who')).json).toEqual(['ada', ['admin']])
        expect((await browser.post('/out')).status).toBe(200)
        expect((await browser.get('/who')).json).toEqual([null, []])
        const [record] = await store.records()
        const text = Buffer.from(record?.data ?? 'no record').toString()
        expect(text).toMatch(/^(\{\}|\{"user":null,"roles":\[\]\})$/)
      },
    )
  }
})
