import { expect } from 'vitest'
import { collect } from '../../support/events.ts'
import { barrier, signal } from '../../support/latch-store.ts'
import type { Turn } from '../driver.ts'
import { BEGUN, type Cases, look, type Pages } from '../stage.ts'

const NUMBERS = Array.from({ length: 20 }, (_, n) => n)

type Write = (session: Turn['session']) => unknown

/** Everything a slow request may do to a session. */
const WRITES: Readonly<Record<string, Write>> = {
  data: (session) => void (session['late'] = true),
  'a deletion': (session) => void delete session['user'],
  'clear()': (session) => session.clear(),
  'a flash message': (session) => session.pushFlash('late'),
  'a timeout': (session) => session.adjustTimeoutForSession(9999),
  'a CSRF token': (session) => session.newCsrfToken(),
  'a rotation': (session) => session.rotate(),
  'save()': async (session) => {
    session['late'] = true
    return session.save()
  },
  'update()': async (session) => {
    const late = session.update((draft) => void (draft['late'] = true))
    await expect(late).rejects.toThrow('ended')
  },
}

/** A page that has the session open, waits, and writes. */
function slowWrite(write: Write = (session) => void (session['late'] = true)): {
  reached: Promise<void>
  goOn: () => void
  pages: Pages
} {
  const reached = signal()
  const released = signal()
  async function handle({ session }: Turn) {
    reached.give()
    await released.given
    await write(session)
    return { body: 'written' }
  }
  return { reached: reached.given, goOn: released.give, pages: { '/write': handle } }
}

/** Requests of one session that overlap. */
export const parallel: Cases = {
  'twenty requests that set twenty keys keep twenty': async (stage) => {
    const visitor = await stage.begun()
    const meet = barrier(NUMBERS.length)
    stage.show(
      Object.fromEntries(
        NUMBERS.map((n) => [
          `/set/${n}`,
          async ({ session }: Turn) => {
            await meet()
            session[`key${n}`] = n
            return { body: String(n) }
          },
        ]),
      ),
    )
    const answers = await Promise.all(NUMBERS.map((n) => visitor.post(`/set/${n}`)))
    expect(answers.map(({ status, text, ours }) => [status, text, ours])).toEqual(
      NUMBERS.map((n) => [200, String(n), []]),
    )
    const data = { ...BEGUN, ...Object.fromEntries(NUMBERS.map((n) => [`key${n}`, n])) }
    expect(await stage.stored()).toMatchObject([{ data }])
    expect((await look(visitor)).data).toEqual(data)
  },

  'THREATS 1, T7: a sign-out is final, whatever a slower request writes (ASVS 7.4.1)': async (
    stage,
  ) => {
    for (const [what, write] of Object.entries(WRITES)) {
      const visitor = await stage.begun()
      const slow = slowWrite(write)
      stage.show(slow.pages)
      const { id } = await look(visitor)
      const events = collect()
      const thief = visitor.copy()
      const writing = visitor.copy().begin('/write').answer
      await slow.reached
      expect((await visitor.post('/out')).ours).toHaveLength(1)
      slow.goOn()
      const answer = await writing
      expect([what, answer.status, answer.text, answer.ours]).toEqual([what, 200, 'written', []])
      const gone = new Set(events.of('gone').map((event) => event.id))
      expect([what, gone]).toEqual([what, new Set([id])])
      expect([what, await stage.stored()]).toEqual([what, []])
      expect((await look(thief)).data).toEqual({})
    }
  },

  'THREATS 1: activity that is noted after the sign-out revives nothing (ASVS 7.4.1)': async (
    stage,
  ) => {
    const eager = await stage.beside({ touchInterval: 0 })
    const visitor = await eager.begun()
    const latch = eager.store.holdBefore('touch')
    const reading = visitor.copy().begin('/plain').answer
    await latch.reached
    await visitor.post('/out')
    latch.release()
    const answer = await reading
    expect([answer.status, answer.ours]).toEqual([200, []])
    expect(await eager.stored()).toEqual([])
  },

  'THREATS 1: a write that has reached the store when the sign-out overtakes it is gone too (ASVS 7.4.1)':
    async (stage) => {
      const visitor = await stage.begun()
      const outcomes: string[] = []
      stage.show({
        '/write': async ({ session }) => {
          session['late'] = true
          outcomes.push(await session.save())
          return { body: 'written' }
        },
      })
      const latch = stage.store.holdBefore('replace')
      const writing = visitor.copy().begin('/write').answer
      await latch.reached
      await visitor.post('/out')
      latch.release()
      const answer = await writing
      expect([answer.status, answer.text, answer.ours]).toEqual([200, 'written', []])
      expect(outcomes).toEqual(['gone'])
      expect(await stage.stored()).toEqual([])
    },

  'THREATS T7: a write that a rotation overtook is gone, and the new cookie stays good': async (
    stage,
  ) => {
    const visitor = await stage.begun()
    const slow = slowWrite()
    stage.show(slow.pages)
    const writing = visitor.copy().begin('/write').answer
    await slow.reached
    expect((await visitor.post('/rotate')).ours).toHaveLength(1)
    slow.goOn()
    const answer = await writing
    expect([answer.status, answer.ours]).toEqual([200, []])
    expect(await stage.stored()).toMatchObject([{ data: BEGUN }])
    expect((await look(visitor)).data).toEqual(BEGUN)
  },
}
