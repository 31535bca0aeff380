import { expect, test } from 'vitest'
import type { SessionOptions } from '../../src/options/options.ts'
import { createSessions } from '../../src/sessions.ts'
import { memoryStore } from '../../src/store/memory.ts'
import { fakeClock } from '../../src/testing/testing.ts'
import { type Data, SECRET } from '../support/app.ts'
import { describeOnBothStores } from '../support/both-stores.ts'
import { cookiesIn } from '../support/cookies-in.ts'
import { MapStore } from '../testing/map-store.ts'
import { operate, signIn, visit } from './asking.ts'

describeOnBothStores('the pages of the dashboard', (makeStore) => {
  function begin(options: Partial<SessionOptions<Data>> = {}) {
    const store = makeStore()
    const settings = { secret: SECRET, store, storeTimeoutMs: 10_000, ...options }
    const sessions = createSessions<Data>(settings)
    return { store, sessions, ...operate(sessions) }
  }

  test('say that nobody is here', async () => {
    const { words, status } = await begin().get()
    expect(status).toBe(200)
    expect(words).toMatch(/^0 sessions .* Nobody is here A session begins when/)
  })

  test('count who is here, and show who was active last', async () => {
    const { sessions, get } = begin()
    const client = { address: '203.0.113.7', userAgent: 'Firefox' }
    const ids = [(await visit(sessions)).id, (await signIn(sessions, 'ada', { client })).id]
    for (let more = 0; more < 2; more++) ids.push((await signIn(sessions, 'grace')).id)
    const { words, html } = await get()
    expect(words).toMatch(/^4 sessions 3 signed in, of 2 user ids; 1 visitor\. All together/)
    expect(words).toMatch(/Active last Who Active Ends, if idle Size/)
    for (const id of ids) expect(html).toContain(`href="?session=${id}"`)
    expect(words).toContain('203.0.113.7, Firefox')
    expect(words).toMatch(/Most sessions User id Sessions grace 2 /)
    expect(html).toMatch(
      /aria-label="Last activity over the last hour: 4 sessions, at most \d in a/,
    )
    expect((await get({ over: 'day' })).html).toMatch(
      /over the last day: 4 sessions, at most 4 in a/,
    )
  })

  test('show one session’s life, and what becomes of it', async () => {
    const { sessions, get } = begin({ timeout: 600, absoluteTimeout: 7200, touchInterval: 60 })
    const { id } = await signIn(sessions, 'ada', { amr: ['pwd', 'otp'] })
    const { words } = await get({ session: id })
    expect(words).toMatch(
      /^Session \S+ ada Its life Made .* Signed in by pwd, otp .* Last active.* Now .*/,
    )
    // Whole units that are left: the full ones within the very millisecond.
    expect(words).toMatch(
      /Ends, if nothing more happens [-\d]+ [:\d]+, in 1[01] min Ends, whatever/,
    )
    expect(words).toMatch(
      /whatever happens [-\d]+ [:\d]+, in [12] h What is known of it User id ada/,
    )
    expect(words).toContain('Idle timeout 10 min (600 seconds) Cookie not renewed yet Stored')
  })

  test('show a visitor’s, and one that never has to go', async () => {
    const { sessions, get } = begin({ absoluteTimeout: null })
    const { id } = await visit(sessions)
    const { words } = await get({ session: id })
    expect(words).toMatch(/A visitor Its life Made/)
    expect(words).not.toMatch(/Signed in [\d]|whatever happens/)
    expect(words).toContain('Absolute timeout none')
  })

  test('list the sessions of a principal, without a scan', async () => {
    const { store, sessions, get } = begin()
    const client = { address: '203.0.113.7' }
    const ids = [(await signIn(sessions, 'ada', { client })).id, (await signIn(sessions, 'ada')).id]
    await signIn(sessions, 'bob')
    const { words, html } = await get({ principal: 'ada' })
    expect(words).toMatch(/^User id ada 2 sessions Signed in Active Ends, if idle/)
    expect(html.match(/href="\?session=[\w-]+"/g)).toHaveLength(2)
    for (const id of ids) expect(html).toContain(`href="?session=${id}"`)
    expect(words).toContain('203.0.113.7')
    expect(words).toContain('Where was not noted')
    expect(store.calls.scan).toBe(0)
  })

  test('say that somebody has no session, and guess what else was meant', async () => {
    const { sessions, get } = begin()
    const { id } = await visit(sessions)
    expect((await get({ principal: 'nobody' })).words).toMatch(/nobody Nobody is signed in under/)
    expect((await get({ principal: 'nobody' })).html).toMatch(/id="find"[^>]*value="nobody"/)
    expect((await get({ principal: 'nobody' })).html).not.toContain('Is it the id')
    expect((await get({ principal: id })).html).toContain(`href="?session=${id}">Is it the id`)
  })

  test.each(['nothing-there', 'no id', '../x', 'x'.repeat(500)])(
    'know no session %s',
    async (session) => {
      const { status, words } = await begin().get({ session })
      expect([status, words]).toEqual([404, expect.stringMatching(/^There is no such session/)])
    },
  )

  test('know none that revokeEverything() has ended, but why', async () => {
    const { sessions, get } = begin({ epoch: true })
    const { id } = await signIn(sessions, 'ada')
    await sessions.revokeEverything({ reason: 'a leak' })
    const { words } = await get({ session: id })
    expect(words).toMatch(/This session was ended Reason a leak/)
  })

  test('carry nothing that opens a session, and none of its data', async () => {
    const { sessions, store, get } = begin()
    const { id, cookie } = await visit(sessions, { note: 'a secret of the shop' })
    const session = await sessions.open(cookie)
    const csrf = session.getCsrfToken()
    session.pushFlash('a flash')
    await session.signIn('ada', { keep: ['note'] })
    await sessions.commit(session)
    const [record] = await store.records()
    const pages = [{}, { over: 'day' }, { session: id }, { principal: 'ada' }]
    const asking = [
      { session: id, reason: 'x' },
      { principal: 'ada', reason: 'x' },
    ]
    for (const query of [...pages, ...asking]) {
      const { html, status, headers } = await get(query)
      const whole = html + JSON.stringify([...headers])
      expect([status, cookiesIn(whole)]).toEqual([200, []])
      for (const secret of [...cookie.split('.').slice(1), record?.familyHash, record?.csrfNonce]) {
        if ((secret ?? '').length > 1) expect(whole).not.toContain(secret)
      }
      for (const secret of [csrf, 'a secret of the shop', 'a flash', SECRET, record?.writes[0]]) {
        expect(whole).not.toContain(secret)
      }
    }
  })

  test('come again by themselves only when that was asked for', async () => {
    const { sessions, get } = begin()
    await visit(sessions)
    expect((await get()).html).not.toContain('http-equiv')
    const { html } = await get({ refresh: 'on', over: 'day' })
    expect(html).toContain('<meta http-equiv="refresh" content="30" />')
    expect(html).toMatch(/href="\?over=day"\s*>Stop refreshing/)
  })
})

test('ages, idle times and ends are by the clock of the store', async () => {
  const clock = fakeClock(new Date('2026-11-26T12:00:00Z'))
  const store = memoryStore({ now: clock.now })
  const options = {
    secret: SECRET,
    store,
    timeout: 86_400,
    touchInterval: 0,
    absoluteTimeout: null,
  }
  const sessions = createSessions<Data>({ ...options, renewalTimeout: 3600 })
  const { id, cookie } = await visit(sessions)
  clock.advance(4000)
  const session = await sessions.open(cookie)
  const renewed = (await sessions.commit(session)).setCookie?.split(';')[0]
  clock.advance(20)
  await sessions.commit(await sessions.open(renewed))
  clock.advance(7200)
  await visit(sessions)
  const { get } = operate(sessions)
  expect((await get({ session: id })).words).toContain(
    'Made 2026-11-26 12:00:00, 3 h ago Last active, as far as was noted 2026-11-26 13:07:00, 2 h ' +
      'ago Now 2026-11-26 15:07:00 Ends, if nothing more happens 2026-11-27 13:07:00, in 22 h',
  )
  expect((await get({ session: id })).words).toContain('Cookie renewed 1 time ')
  const { words, html } = await get()
  expect(words).toContain('in 1 min 1 in 5 min 1 in 15 min 1 in 1 h 1')
  expect(words).toMatch(/under 1 min 1 .* 1 to 6 h 1 6 to 24 h 0/)
  expect(html).toContain('over the last hour: 1 session, at most 1 in a minute')
  expect((await get({ over: 'day' })).html).toContain('over the last day: 2 sessions, at most 1 in')
})

test('those about to end are counted', async () => {
  const clock = fakeClock()
  const store = memoryStore({ now: clock.now })
  const sessions = createSessions<Data>({ secret: SECRET, store, timeout: 600, touchInterval: 0 })
  await visit(sessions)
  clock.advance(400)
  await visit(sessions)
  expect((await operate(sessions).get()).words).toContain(
    '1 will have ended in 5 minutes if nothing',
  )
})

test('a store that cannot be scanned still finds sessions by their ids', async () => {
  const sessions = createSessions<Data>({ secret: SECRET, store: new MapStore() })
  const { id } = await visit(sessions)
  const { get } = operate(sessions)
  expect((await get()).words).toMatch(/^Sessions This store cannot be scanned/)
  expect((await get({ session: id })).words).toMatch(/A visitor Its life/)
})
