import { afterEach, describe, expect, test, vi } from 'vitest'
import { withSession as withFetchSession } from '../../src/adapters/fetch.ts'
import { withSession } from '../../src/adapters/node.ts'
import { createSessions } from '../../src/sessions.ts'
import { type Data, SECRET, listen } from '../support/app.ts'

const make = (name: string, signedInCookie?: string) =>
  createSessions<Data>({ secret: SECRET, cookie: { name }, signedInCookie })

/** Each set by itself is in order. */
const SHARED = [
  ['for who is signed in', make('shop', 'member'), make('admin', 'member'), 'member'],
  ['for who is signed in, and for visitors', make('shop', 'admin'), make('admin'), 'admin'],
  ['for visitors, and for who is signed in', make('shop'), make('admin', 'shop'), 'shop'],
] as const

afterEach(() => vi.restoreAllMocks())

describe('two sets that share a cookie name', () => {
  test.each(SHARED)('%s, are an error under node:http', async (_, shop, admin, shared) => {
    const print = vi.spyOn(console, 'error').mockReturnValue()
    const inner = withSession(admin, (_request, response) => response.end('both'), {
      property: 'adminSession',
    })
    const app = await listen(withSession(shop, inner))
    expect((await app.browser().get('/')).status).toBe(500)
    expect(String(print.mock.calls[0]?.[0])).toContain(`the cookie name ${shared} on one response`)
  })

  test.each(SHARED)('%s, are an error for fetch', async (_, shop, admin, shared) => {
    const print = vi.spyOn(console, 'error').mockReturnValue()
    const inner = withFetchSession(admin, () => new Response('both'))
    const handler = withFetchSession(shop, (request) => inner(request))
    expect((await handler(new Request('https://shop.example/'))).status).toBe(500)
    expect(String(print.mock.calls[0]?.[0])).toContain(`the cookie name ${shared} on one response`)
  })
})
