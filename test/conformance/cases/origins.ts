import { expect } from 'vitest'
import { collect } from '../../support/events.ts'
import type { Cases } from '../stage.ts'
import type { Visitor } from '../visitor.ts'

const PAY = 'https://pay.example'
const EVIL = 'https://evil.example'

type Headers = Readonly<Record<string, string>>

async function post(visitor: Visitor, headers: Headers): Promise<number> {
  return (await visitor.get('/begin', { method: 'POST', headers })).status
}

/** Requests that pages of other origins cause, with the adapter's crossOriginGuard() mounted. */
export const origins: Cases = {
  'THREATS T6: what a page of another origin sends is refused, for a visitor too': async (
    stage,
  ) => {
    const guarded = await stage.beside({}, { allow: [PAY] })
    const visitor = guarded.visitor()
    const refused: readonly Headers[] = [
      { 'sec-fetch-site': 'cross-site', origin: EVIL },
      { 'sec-fetch-site': 'cross-site', origin: 'null' },
      { 'sec-fetch-site': 'cross-site' },
      { 'sec-fetch-site': 'same-site', origin: `http://blog.${visitor.host}` },
      { origin: EVIL },
      { origin: 'null' },
      { origin: `http://${visitor.host}.evil.example` },
      { origin: EVIL, 'x-forwarded-host': 'evil.example' },
    ]
    const events = collect()
    for (const headers of refused) {
      expect([headers, await post(visitor, headers)]).toEqual([headers, 403])
    }
    expect(visitor.cookie).toBeUndefined()
    expect(guarded.store.totalCalls).toBe(0)
    expect(events.of('refused')).toEqual(
      refused.map(() => ({ reason: 'cross_origin', request: expect.anything() as unknown })),
    )
  },

  'what the own pages, allowed origins and other clients send passes the guard': async (stage) => {
    const guarded = await stage.beside({}, { allow: [PAY] })
    const { host } = guarded.visitor()
    const passing: readonly Headers[] = [
      {},
      { 'sec-fetch-site': 'same-origin', origin: `http://${host}` },
      { 'sec-fetch-site': 'same-origin', origin: 'null' },
      { 'sec-fetch-site': 'none' },
      { 'sec-fetch-site': 'cross-site', origin: PAY },
      { origin: `http://${host}` },
      { origin: PAY },
    ]
    for (const headers of passing) {
      expect([headers, await post(guarded.visitor(), headers)]).toEqual([headers, 200])
    }
    const { status, text } = await guarded.visitor().get('/plain', {
      headers: { 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'navigate' },
    })
    expect([status, text]).toEqual([200, 'welcome'])
  },

  'a refusal leaves the session of the browser alone': async (stage) => {
    const guarded = await stage.beside({}, {})
    const visitor = await guarded.begun()
    const headers = { 'sec-fetch-site': 'cross-site', origin: EVIL }
    const answer = await visitor.get('/out', { method: 'POST', headers })
    expect([answer.status, answer.ours, answer.theirs]).toEqual([403, [], []])
    expect(await guarded.stored()).toHaveLength(1)
    expect((await visitor.get('/look')).text).toContain('ada')
  },
}
