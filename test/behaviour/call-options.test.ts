import { describe, expect, test } from 'vitest'
import { openSession } from '../../src/adapters/fetch.ts'
import { UsageError } from '../../src/errors.ts'
import { createSessions } from '../../src/sessions.ts'
import { type Data, SECRET } from '../support/app.ts'

const sessions = createSessions<Data>({ secret: SECRET, epoch: true })
const ask = () => new Request('http://localhost/')
const opened = () => sessions.open()
const listener = () => undefined

/** What JavaScript may hand over, and TypeScript too in a variable. */
type Call = (options: never) => unknown

const CALLS: Record<string, Call> = {
  open: (options) => sessions.open(undefined, undefined, options),
  openSession: (options) => openSession(sessions, ask(), options),
  'commit of sessions': async (options) => sessions.commit(await opened(), options),
  'commit of openSession': async (options) => {
    return (await openSession(sessions, ask())).commit(new Response(), options)
  },
  signIn: async (options) => (await opened()).signIn('ada', options),
  'client of signIn': async (options) => (await opened()).signIn('ada', { client: options }),
  pushFlash: async (options) => (await opened()).pushFlash('hello', '', options),
  watch: (options) => sessions.watch('an-id', listener, options),
  of: (options) => sessions.of('ada', options),
  list: (options) => sessions.of('ada').list(options),
  scan: (options) => sessions.scan(options),
}

describe('what a call takes beside its arguments is checked', () => {
  test.each(Object.entries(CALLS))('%s', async (_name, call) => {
    const answer = async (options: unknown) => call(options as never)
    const wrong = answer({ nonsense: 1 })
    await expect(wrong).rejects.toThrow(UsageError)
    await expect(wrong).rejects.toThrow(/: nonsense is not an option; known are [a-z]/)
    for (const options of [null, 'text', []]) {
      await expect(answer(options)).rejects.toThrow(/: the options must be an object, not /)
    }
    await expect(answer(undefined)).resolves.not.toThrow()
  })

  test.each([
    [
      'absoluteTimout',
      60,
      'signIn: absoluteTimout is not an option; did you mean absoluteTimeout?',
    ],
    ['persistent', 'yes', 'signIn: persistent must be true or false, not "yes"'],
    ['client', { address: 4 }, 'signIn: client.address must be a string, not 4'],
    ['client', { userAgent: null }, 'signIn: client.userAgent must be a string, not null'],
  ])('signIn() with %s %j signs nobody in', async (name, value, message) => {
    const session = await opened()
    await expect(session.signIn('ada', { [name]: value })).rejects.toThrow(message)
    expect(session.principal).toBeNull()
    await expect(sessions.commit(session)).resolves.toMatchObject({ outcome: 'unchanged' })
  })

  test('a word that onUnavailable does not know', async () => {
    const open = sessions.open(undefined, undefined, { onUnavailable: 'vistor' as 'visitor' })
    await expect(open).rejects.toThrow(
      "onUnavailable: must be one of 'fail', 'visitor', 'read-only', not \"vistor\"",
    )
  })

  test.each([undefined, {}, { raeson: 'lost' }, { reason: 'lost', buy: 'x' }])(
    'a revocation like %j ends nothing',
    async (revocation) => {
      const session = await opened()
      await session.signIn('bob')
      const wrong = revocation as { reason: string }
      const ways = [
        async () => sessions.revoke(session, wrong),
        async () => sessions.revokeEverything(wrong),
        async () => sessions.of('bob').revoke(session, wrong),
        async () => sessions.of('bob').revokeAll(wrong),
      ]
      for (const way of ways) await expect(way()).rejects.toThrow(UsageError)
      const listed = await sessions.of('bob').list()
      expect(listed.map(({ id }) => id)).toContain(session.id)
    },
  )

  test('a handler of openSession() that has no response', async () => {
    const { commit } = await openSession(sessions, ask())
    await expect(commit(undefined as unknown as Response)).rejects.toThrow(/Response/)
  })
})
