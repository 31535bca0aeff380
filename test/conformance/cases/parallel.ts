import { expect } from 'vitest'
import { collect } from '../../support/events.ts'
import { barrier, signal } from '../../support/latch-store.ts'
import type { Turn } from '../driver.ts'
import { BEGUN, type Cases, look, type Pages } from '../stage.ts'

const NUMBERS = Array.from({ length: 20 }, (_, n) => n)

/** A page that has the session open, waits, and writes. */
function slowWrite(): { reached: Promise<void>; goOn: () => void; pages: Pages } {
  const reached = signal()
  const released = signal()
  async function write({ session }: Turn) {
    reached.give()
    await released.given
    session['late'] = true
    return { body: 'written' }
  }
  return { reached: reached.given, goOn: released.give, pages: { '/write': write } }
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

  'a write that is slower than the sign-out answers gone and revives nothing': async (stage) => {
    const visitor = await stage.begun()
    const slow = slowWrite()
    stage.show(slow.pages)
    const { id } = await look(visitor)
    const events = collect()
    const writing = visitor.copy().begin('/write').answer
    await slow.reached
    expect((await visitor.post('/out')).ours).toHaveLength(1)
    slow.goOn()
    const answer = await writing
    expect([answer.status, answer.text, answer.ours]).toEqual([200, 'written', []])
    expect(events.of('gone')).toMatchObject([{ id }])
    expect(await stage.stored()).toEqual([])
  },

  'a write that has reached the store when the sign-out overtakes it is gone too': async (
    stage,
  ) => {
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

  'a write that a rotation overtook is gone, and the new cookie stays good': async (stage) => {
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
