import flash from 'connect-flash'
import type { Request, Response } from 'express'
import { expect, test } from 'vitest'
import type { Browser } from '../support/browser-jar.ts'
import { barrier } from '../support/latch-store.ts'
import { login, mountAccounts } from './accounts.ts'
import { type Routes, describeOnExpress, ours } from './serve.ts'

interface Flashing {
  flash(type?: string, message?: string): unknown
}

function flashing(request: Request): Flashing {
  return request as Request & Flashing
}

const withFlash: Routes = (app) => {
  const both = barrier(2)
  app.use(flash())
  mountAccounts(app, { keepSessionInfo: true })
  app.post('/say', (request: Request, response: Response) => {
    flashing(request).flash('info', (request.body as { say: string }).say)
    response.redirect('/')
  })
  app.post('/say-at-once', async (request: Request, response: Response) => {
    await both()
    flashing(request).flash('info', (request.body as { say: string }).say)
    response.end()
  })
  app.get('/', (request: Request, response: Response) => {
    response.json(flashing(request).flash('info'))
  })
}

async function shown(browser: Browser): Promise<unknown> {
  return (await browser.get('/')).json
}

describeOnExpress('connect-flash', (serve) => {
  test('a message is stored under the key flash, and shown once', async () => {
    const { app, stored } = await serve(withFlash)
    const browser = app.browser()
    expect(ours(await browser.post('/say', { say: 'saved' }))).toHaveLength(1)
    expect(ours(await browser.post('/say', { say: 'sent' }))).toEqual([])
    expect(await stored()).toEqual([{ flash: { info: ['saved', 'sent'] } }])
    expect(await shown(browser)).toEqual(['saved', 'sent'])
    expect(await shown(browser)).toEqual([])
  })

  test('looking for messages stores a session, as it does with express-session', async () => {
    const { app, stored } = await serve(withFlash)
    expect(ours(await app.browser().get('/'))).toHaveLength(1)
    expect(await stored()).toEqual([{ flash: {} }])
  })

  test('messages of visitors who come at once never mix', async () => {
    const { app } = await serve(withFlash)
    const browsers = Array.from({ length: 20 }, () => app.browser())
    const rounds = browsers.map(async (browser, at) => {
      for (const say of [`first for ${at}`, `second for ${at}`]) {
        await browser.post('/say', { say })
        expect(await shown(browser)).toEqual([say])
      }
    })
    await Promise.all(rounds)
    for (const browser of browsers) expect(await shown(browser)).toEqual([])
  })

  test('with keepSessionInfo a message outlives sign-in', async () => {
    const { app } = await serve(withFlash)
    const browser = app.browser()
    await browser.post('/say', { say: 'please sign in' })
    await login(browser)
    expect(await shown(browser)).toEqual(['please sign in'])
  })

  test('all messages are one key: of two requests that push at once, the later write stays', async () => {
    const { app } = await serve(withFlash)
    const browser = app.browser()
    await shown(browser)
    await Promise.all(['a', 'b'].map((say) => browser.post('/say-at-once', { say })))
    expect(await shown(browser)).toHaveLength(1)
  })
})
