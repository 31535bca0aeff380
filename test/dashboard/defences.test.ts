import { describe, expect, test, vi } from 'vitest'
import { type DashboardOptions, sessionsDashboard } from '../../src/dashboard/dashboard.ts'
import { OptionError, UsageError } from '../../src/errors.ts'
import { collect } from '../support/events.ts'
import { AT, OWN, begin, signIn, visit } from './asking.ts'

describe('authorize', () => {
  test('THREATS T17: has to be given, and to be a function', () => {
    const { sessions } = begin()
    const make = (options: unknown) => () => sessionsDashboard(sessions, options as never)
    for (const options of [undefined, null, {}, { authorize: undefined }, { maxKeys: 5 }]) {
      expect(make(options)).toThrow(OptionError)
      expect(make(options)).toThrow(/authorize: is missing: everybody could see and end/)
    }
    expect(make({ authorize: true })).toThrow(/authorize: must be a function, not true/)
    expect(make({ authorise: () => true })).toThrow(/did you mean authorize/)
  })

  test('is asked with the request, each time, and let take its time', async () => {
    const asked: unknown[] = []
    const { get, post } = begin({
      authorize: async (request) => {
        await new Promise(setImmediate)
        return asked.push(request) > 1
      },
    })
    expect((await get()).status).toBe(403)
    expect((await get()).status).toBe(200)
    expect((await post({ session: 'x', reason: 'x' })).status).toBe(404)
    expect(asked).toHaveLength(3)
    expect(asked[0]).toBeInstanceOf(Request)
  })

  test.each([false, null, undefined])(
    'refuses with %s, for which nothing is asked of the store',
    async (no) => {
      const { get, post, store, sessions, errors } = begin({ authorize: () => no })
      const { id } = await visit(sessions)
      const before = store.totalCalls
      const query = { session: id, reason: 'x' }
      for (const answer of [await get(), await get(query), await post(query)]) {
        expect([answer.status, answer.html]).toEqual([403, 'Forbidden'])
        expect(answer.headers.get('cache-control')).toBe('no-store')
      }
      expect([store.totalCalls, errors]).toEqual([before, []])
    },
  )

  test.each(['ada', '', 0, 1, {}, { by: '' }, { by: 7 }, [], ['ada'], () => true])(
    'THREATS T17: must not answer %j: a name is not a permission',
    async (answer) => {
      const { get, post, errors } = begin({ authorize: () => answer as never })
      const all = [await get(), await post({ principal: 'ada', reason: 'x' })]
      expect(all.map(({ status, html }) => [status, html])).toEqual([
        [500, 'Internal Server Error'],
        [500, 'Internal Server Error'],
      ])
      expect(errors).toEqual([expect.any(UsageError), expect.any(UsageError)])
    },
  )

  test('THREATS T17: that throws lets nobody in, and is told', async () => {
    const error = new Error('a secret of the shop')
    const { get, errors, sessions } = begin({ authorize: () => Promise.reject(error) })
    await visit(sessions)
    expect(await get()).toMatchObject({ status: 500, html: 'Internal Server Error' })
    expect(errors).toEqual([error])
  })

  test('that cannot read the operator’s own session answers 503 and no page', async () => {
    const { dashboard, store, sessions } = begin({
      authorize: async (request) => {
        const cookie = (request as Request).headers.get('cookie')
        return (await sessions.open(cookie, request)).principal === 'ada'
      },
    })
    const { cookie } = await signIn(sessions, 'ada')
    const ask = () => dashboard.fetch(new Request(AT, { headers: { cookie } }))
    expect((await ask()).status).toBe(200)
    store.failNext('read', new Error('died'))
    const answer = await ask()
    expect([answer.status, await answer.text()]).toEqual([503, 'Service Unavailable'])
    expect(answer.headers.get('retry-after')).toMatch(/^\d+$/)
  })

  test('by default an error is printed', async () => {
    const print = vi.spyOn(console, 'error').mockImplementation(() => undefined)
    const { dashboard } = begin({
      authorize: () => Promise.reject(new Error('x')),
      onError: undefined as never,
    })
    await dashboard.fetch(new Request(AT))
    expect(print.mock.calls).toEqual([[new Error('x')]])
    print.mockRestore()
  })
})

describe('a POST', () => {
  test.each<[string, Record<string, string>, boolean]>([
    [
      'of the page itself',
      { 'sec-fetch-site': 'same-origin', origin: 'https://shop.example' },
      true,
    ],
    ['of the page itself, without Sec-Fetch-Site', { origin: 'https://shop.example' }, true],
    ['of a sibling', { 'sec-fetch-site': 'same-site', origin: 'https://blog.shop.example' }, false],
    ['of another site', { 'sec-fetch-site': 'cross-site', origin: 'https://evil.example' }, false],
    ['of another site, without Sec-Fetch-Site', { origin: 'https://evil.example' }, false],
    ['of another port', { origin: 'https://shop.example:8443' }, false],
    ['of a sandboxed frame', { origin: 'null' }, false],
    ['that says nothing of where it comes from', {}, false],
  ])('THREATS T6: %s %o: %s', async (_, headers, ends) => {
    const { sessions, post } = begin()
    const events = collect()
    const { id } = await signIn(sessions, 'ada')
    for (const query of [{ session: id }, { principal: 'ada' }]) {
      const { status } = await post({ ...query, reason: 'x' }, headers)
      expect(status).toBe(ends ? 303 : 403)
    }
    expect(await sessions.of('ada').list()).toHaveLength(ends ? 0 : 1)
    expect(events.of('refused')).toHaveLength(ends ? 0 : 2)
  })

  test('THREATS T6: nothing else changes anything, whatever it says', async () => {
    const { sessions, store, get, dashboard } = begin()
    const { id } = await signIn(sessions, 'ada')
    const queries = [{ session: id }, { principal: 'ada' }]
    for (const query of queries) {
      const { status, words } = await get({ ...query, reason: 'x' })
      expect([status, words]).toEqual([200, expect.stringMatching(/^End .* cannot be undone/)])
    }
    for (const method of ['HEAD', 'PUT', 'DELETE', 'PATCH', 'OPTIONS']) {
      const url = `${AT}?session=${id}&reason=x`
      const answer = await dashboard.fetch(new Request(url, { method, headers: OWN }))
      expect(answer.status).toBe(method === 'HEAD' ? 200 : 405)
      if (method !== 'HEAD') expect(answer.headers.get('allow')).toBe('GET, HEAD, POST')
    }
    expect(store.calls.end).toBe(0)
  })

  test('needs a reason of 1 to 200 characters, and something to end', async () => {
    const { sessions, store, post, get } = begin()
    const { id } = await signIn(sessions, 'ada')
    const long = 'x'.repeat(201)
    for (const query of [
      { session: id },
      { session: id, reason: '' },
      { session: id, reason: '  ' },
      { principal: 'ada', reason: long },
      { reason: 'x' },
      { session: 'no id', reason: 'x' },
      { session: 'no id', principal: 'ada', reason: 'x' },
      { session: '', principal: 'ada', reason: 'x' },
    ]) {
      const { status, words } = await post(query)
      expect([status, words]).toEqual([400, expect.stringMatching(/^Nothing was ended/)])
    }
    for (const query of [{ session: id }, { principal: 'ada' }]) {
      const { status, html, words } = await get({ ...query, reason: ' ' })
      expect([status, words]).toEqual([400, expect.stringContaining('The reason is missing, or')])
      expect(html).toMatch(/aria-describedby="reason-error reason-rule"\s+aria-invalid="true"/)
    }
    expect(store.calls.end).toBe(0)
  })

  test('ends a visitor’s session too, and one that is over once', async () => {
    const { sessions, post, get } = begin()
    const events = collect()
    const { id } = await visit(sessions)
    for (const _ of [1, 2]) {
      const { status, headers } = await post({ session: id, reason: 'loitering' })
      expect([status, headers.get('location')]).toEqual([303, `?session=${id}`])
    }
    expect(events.of('revoked')).toMatchObject([{ id, why: 'loitering' }])
    expect(events.of('revoked')[0]).not.toHaveProperty('by')
    expect((await get({ session: id })).words).toMatch(/This session was ended Reason loitering/)
    expect((await post({ session: 'nothing-here', reason: 'x' })).status).toBe(404)
  })
})

describe('a page', () => {
  test('loads nothing, runs nothing, and cannot be framed or kept', async () => {
    const { sessions, get } = begin()
    const { id } = await signIn(sessions, 'ada')
    for (const query of [{}, { session: id }, { principal: 'ada' }, { session: 'no' }]) {
      const { html, headers } = await get(query)
      expect(html).not.toMatch(
        /<script|<iframe|<object|<embed|<base| on\w+=| style=|url\(|@import/i,
      )
      expect(html.replaceAll('http://www.w3.org/2000/svg', '')).not.toMatch(/https?:|\/\//)
      expect(Object.fromEntries(headers)).toMatchObject({
        'x-frame-options': 'DENY',
        'x-content-type-options': 'nosniff',
        'referrer-policy': 'same-origin',
        'cache-control': 'no-store',
        'cross-origin-resource-policy': 'same-origin',
      })
      const policy = headers.get('content-security-policy')
      expect(policy).toMatch(/default-src 'none'.*base-uri 'none'; frame-ancestors 'none'$/)
      expect(policy).not.toContain('unsafe')
    }
  })
})

test.each<[unknown, RegExp]>([
  [{ maxKeys: 0 }, /maxKeys: must be a whole number from 1 to 10000000, not 0/],
  [{ scanInterval: 0 }, /scanInterval: must be at least 1 second/],
  [{ scanInterval: 5000 }, /scanInterval: .* at most 3600/],
  [{ onError: 1 }, /onError: must be a function/],
])('refuses %j', (options, message) => {
  expect(() => begin(options as Partial<DashboardOptions>)).toThrow(message)
})

test('refuses what createSessions() has not made', () => {
  expect(() => sessionsDashboard({} as never, { authorize: () => true })).toThrow(UsageError)
})
