import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { sessionsDashboard } from '../../src/dashboard/dashboard.ts'
import { to } from '../../src/dashboard/parts.ts'
import { type Sessions, createSessions } from '../../src/sessions.ts'
import type { Served } from '../conformance/driver.ts'
import { COOKIE, Visitor } from '../conformance/visitor.ts'
import { type Data, SECRET } from '../support/app.ts'
import { cookiesIn } from '../support/cookies-in.ts'
import { collect } from '../support/events.ts'
import { cookieOf } from '../support/timed.ts'
import { PATH, frameworks } from './frameworks.ts'

/** What a browser sends with a form that has no fields. */
const FORM = { 'content-type': 'application/x-www-form-urlencoded' }
const OWN = { ...FORM, 'sec-fetch-site': 'same-origin' }

describe.each(frameworks)('the dashboard in $name', ({ protocol, serve }) => {
  let served: Served
  let sessions: Sessions<Data>
  let operator: string[]

  beforeAll(async () => {
    sessions = createSessions<Data>({ secret: SECRET, cookie: { name: COOKIE } })
    const dashboard = sessionsDashboard(sessions, {
      authorize(request) {
        const { principal } = sessions.from(request)
        return principal === 'operator' && { by: `${principal} of ${COOKIE}` }
      },
    })
    served = await serve(sessions, dashboard)
    operator = [(await signIn('operator')).cookie]
  })
  afterAll(async () => served.close())

  async function signIn(principal: string) {
    const session = await sessions.open()
    await session.signIn(principal)
    const { setCookie } = await sessions.commit(session)
    return { id: session.id, cookie: cookieOf(setCookie) }
  }

  function ask(method: string, query: string, cookies: string[], headers = {}) {
    const visitor = new Visitor(served.port, protocol)
    return visitor.begin(PATH + query, { method, cookies, headers }).answer
  }

  test('shows its pages to an operator, whole and with their headers', async () => {
    const { id } = await signIn('ada')
    const all = await ask('GET', '', operator)
    expect(all.status).toBe(200)
    expect(all.text).toMatch(/^<!doctype html>[^]*<\/html>$/)
    expect(all.text).toContain(id)
    expect(all.headers).toMatchObject({
      'content-type': 'text/html; charset=utf-8',
      'content-security-policy': expect.stringMatching(/^default-src 'none'; style-src 'sha256-/),
      'x-frame-options': 'DENY',
      'x-content-type-options': 'nosniff',
      'referrer-policy': 'same-origin',
      'cache-control': 'no-store',
    })
    const one = await ask('GET', `?session=${id}`, operator)
    expect(one.text).toContain('<bdi>ada</bdi>')
    const his = await ask('GET', '?principal=ada', operator)
    expect(his.text).toContain(id)
    for (const { text } of [all, one, his]) expect(cookiesIn(text)).toEqual([])
    expect((await ask('GET', '?session=nothing-here', operator)).status).toBe(404)
  })

  test('answers HEAD without a body', async () => {
    const { status, text, headers } = await ask('HEAD', '', operator)
    expect([status, text, headers['x-frame-options']]).toEqual([200, '', 'DENY'])
  })

  test.each(['GET', 'POST', 'HEAD'])(
    'refuses %s of anybody else, and says nothing',
    async (method) => {
      const { id, cookie } = await signIn('ada')
      for (const cookies of [[], [cookie]]) {
        const { status, text } = await ask(method, `?session=${id}&reason=x`, cookies, OWN)
        expect([status, text]).toEqual([403, method === 'HEAD' ? '' : 'Forbidden'])
      }
      expect(await sessions.of('ada').list()).not.toEqual([])
    },
  )

  test('ends a session, tells by whom, and says where to look then (ASVS 7.4.5)', async () => {
    const { id, cookie } = await signIn('bob')
    const events = collect()
    const query = `?session=${id}&reason=lost+phone`
    const answer = await ask('POST', query, operator, OWN)
    expect([answer.status, answer.headers.location]).toEqual([303, `?session=${id}`])
    const by = `operator of ${COOKIE}`
    expect(events.of('revoked')).toMatchObject([{ id, principal: 'bob', why: 'lost phone', by }])
    expect((await sessions.open(cookie)).ended?.reason).toBe('lost phone')
    expect((await ask('GET', `?session=${id}`, operator)).text).toContain('<bdi>lost phone</bdi>')
  })

  test('ends all of a principal, whatever body comes with it (ASVS 7.4.5)', async () => {
    const { cookie } = await signIn('Zoë & co')
    await signIn('Zoë & co')
    const query = to({ principal: 'Zoë & co', reason: 'left' })
    for (const type of ['application/json', 'multipart/form-data; boundary=x', 'text/plain']) {
      const answer = await ask('POST', query, operator, { ...OWN, 'content-type': type })
      expect([type, answer.status]).toEqual([type, 303])
    }
    expect((await sessions.open(cookie)).ended?.reason).toBe('left')
    expect(await sessions.of('Zoë & co').list()).toEqual([])
  })

  test('ends nothing for a page of another origin', async () => {
    const { id } = await signIn('eve')
    const query = `?session=${id}&reason=x`
    const evil = 'https://evil.example'
    for (const headers of [
      { 'sec-fetch-site': 'cross-site', origin: evil },
      { 'sec-fetch-site': 'same-site' },
      { origin: evil },
      { origin: 'null' },
      {},
    ]) {
      const { status, text } = await ask('POST', query, operator, { ...FORM, ...headers })
      expect([headers, status, text]).toEqual([headers, 403, 'Forbidden'])
    }
    expect(await sessions.of('eve').list()).toHaveLength(1)
    const { host } = new Visitor(served.port, protocol)
    const own = await ask('POST', query, operator, { ...FORM, origin: `http://${host}` })
    expect(own.status).toBe(303)
    expect(await sessions.of('eve').list()).toEqual([])
  })
})
