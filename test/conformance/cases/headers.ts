import { setImmediate as nextTurn } from 'node:timers/promises'
import { expect } from 'vitest'
import type { Reply, Turn } from '../driver.ts'
import type { Cases } from '../stage.ts'

const APPLICATION = ['theme=dark; Path=/', 'lang=en; Path=/; HttpOnly']

function writing(reply: Reply) {
  return async ({ session }: Turn) => {
    session['n'] = 1
    return reply
  }
}

/** What stands beside our cookie. */
export const headers: Cases = {
  "THREATS 23: the application's own cookies are kept, in order, beside ours": async (stage) => {
    stage.show({ '/page': writing({ cookies: APPLICATION, body: 'page' }) })
    const visitor = stage.visitor()
    const first = await visitor.get('/page')
    expect([first.status, first.theirs, first.ours.length]).toEqual([200, APPLICATION, 1])
    const second = await visitor.get('/page')
    expect([second.status, second.theirs, second.ours]).toEqual([200, APPLICATION, []])
  },

  "THREATS 23: the application's own cookies are kept on a redirect": async (stage) => {
    stage.show({ '/page': writing({ cookies: APPLICATION, redirect: '/next' }) })
    const answer = await stage.visitor().get('/page')
    expect([answer.status, answer.headers.location]).toEqual([302, '/next'])
    expect([answer.theirs, answer.ours.length]).toEqual([APPLICATION, 1])
  },

  'THREATS 23: whatever happens to the session, it sets one cookie': async (stage) => {
    stage.show({
      '/page': async ({ session }) => {
        session['n'] = 1
        await session.save()
        session.rotate()
        await session.save()
        session.invalidate()
        session['n'] = 2
        await session.save()
        session.invalidate()
        session.adjustTimeoutForSession(60)
        session['n'] = 3
        return { body: session.id }
      },
    })
    for (const visitor of [stage.visitor(), await stage.begun()]) {
      const answer = await visitor.get('/page')
      expect([answer.status, answer.ours.length]).toEqual([200, 1])
      const ours = (await stage.stored()).find(({ id }) => id === answer.text)
      expect(ours).toMatchObject({ timeout: 60, data: { n: 3 } })
    }
    expect(await stage.stored()).toHaveLength(2)
  },

  'a response with our cookie is not stored by caches': async (stage) => {
    stage.show({
      '/page': writing({ body: 'page' }),
      '/public': async ({ session }) => {
        session['n'] = Math.random()
        session.rotate()
        return { headers: { 'cache-control': 'public, max-age=600' }, body: 'page' }
      },
    })
    const visitor = stage.visitor()
    const answer = await visitor.get('/page')
    expect([answer.ours.length, answer.headers['cache-control']]).toEqual([1, 'no-store'])
    const rotated = await visitor.get('/public')
    expect([rotated.ours.length, rotated.headers['cache-control']]).toEqual([1, 'no-store'])
  },

  "an application's stricter Cache-Control is kept": async (stage) => {
    const said = { 'cache-control': 'private, no-store, max-age=0' }
    stage.show({ '/page': writing({ headers: said, body: 'page' }) })
    const answer = await stage.visitor().get('/page')
    expect([answer.ours.length, answer.headers['cache-control']]).toEqual([
      1,
      'private, no-store, max-age=0',
    ])
  },

  "without our cookie, Cache-Control is the application's": async (stage) => {
    const said = { 'cache-control': 'private, max-age=5' }
    stage.show({
      '/page': async ({ session }) => ({ headers: said, body: String(session['user']) }),
    })
    const answer = await (await stage.begun()).get('/page')
    expect([answer.text, answer.ours]).toEqual(['ada', []])
    expect(answer.headers['cache-control']).toBe('private, max-age=5')
  },

  'a sign-out asks the browser to forget what option clearSiteData names, and joins the application':
    async (stage) => {
      const forgetful = await stage.beside({ clearSiteData: ['cache', 'storage'] })
      const said = { 'clear-site-data': '"executionContexts","cache"' }
      forgetful.show({
        '/out-too': async ({ session }) => {
          session.invalidate()
          return { headers: said, body: 'signed out' }
        },
        '/out-and-on': async ({ session }) => {
          session.invalidate()
          session.pushFlash('Goodbye')
          return { body: 'signed out' }
        },
        '/out-fails': async ({ session }) => {
          session.invalidate()
          throw new Error('trouble')
        },
      })
      const ended = async (path: string) => {
        const { ours, headers } = await (await forgetful.begun()).post(path)
        return [ours.length, headers['clear-site-data']]
      }
      expect(await ended('/look')).toEqual([0, undefined])
      expect(await ended('/rotate')).toEqual([1, undefined])
      expect(await ended('/out')).toEqual([1, '"cache", "storage"'])
      expect(await ended('/out-too')).toEqual([1, '"executionContexts", "cache", "storage"'])
      expect(await ended('/out-fails')).toEqual([1, '"cache", "storage"'])
      // What was written after the end began a session, whose cookie is on this response.
      expect(await ended('/out-and-on')).toEqual([1, undefined])
      const visitor = await forgetful.visitor().post('/out')
      expect(visitor.headers['clear-site-data']).toBeUndefined()
      const plain = await (await stage.begun()).post('/out')
      expect(plain.headers['clear-site-data']).toBeUndefined()
    },

  'a sign-out that could not be stored asks the browser to forget nothing': async (stage) => {
    const forgetful = await stage.beside({ clearSiteData: ['cache'] })
    const visitor = await forgetful.begun()
    forgetful.store.failNext('remove', new Error('the store refuses'))
    const answer = await visitor.post('/out')
    expect([500, 503]).toContain(answer.status)
    expect(answer.headers['clear-site-data']).toBeUndefined()
  },

  'THREATS T10: a page of a session is private, unless the application says who may keep it':
    async (stage) => {
      const says = [
        ['max-age=60', 'max-age=60, private'],
        ['no-cache', 'no-cache'],
        ['no-cache="set-cookie"', 'no-cache="set-cookie", private'],
        ['public, max-age=60', 'public, max-age=60'],
        ['S-MAXAGE=60', 'S-MAXAGE=60'],
      ] as const
      const visitor = stage.visitor()
      const user = await stage.begun()
      stage.show({ '/page': greet })
      expect((await visitor.get('/page')).headers['cache-control']).toBeUndefined()
      expect((await user.get('/page')).headers['cache-control']).toBe('private')
      for (const [said, sent] of says) {
        const page = async (turn: Turn) => ({
          ...(await greet(turn)),
          headers: { 'cache-control': said },
        })
        stage.show({ '/page': page })
        expect((await visitor.get('/page')).headers['cache-control']).toBe(said)
        expect((await user.get('/page')).headers['cache-control']).toBe(sent)
      }
    },

  'THREATS T10: what looks at the session after its first byte is private too': async (stage) => {
    stage.show({
      '/page': async (turn) => ({ body: chunks(() => `for ${String(turn.session['user'])}`) }),
    })
    const answer = await (await stage.begun()).get('/page')
    expect(answer.text).toBe('hello for ada')
    expect(answer.headers['cache-control']).toBe('private')
  },

  'THREATS T10: what answers for a failed commit is nothing for shared caches': async (stage) => {
    stage.show({ '/page': writing({ body: 'page' }) })
    const user = await stage.begun()
    stage.store.failNext('replace', new Error('down'))
    const { status, headers } = await user.get('/page')
    expect(status).toBeGreaterThanOrEqual(500)
    if (stage.failsOutOfSight) return
    expect(headers['cache-control']).toMatch(/^(?:private|no-store)$/)
    expect(fieldsOf(headers.vary)).toEqual(['cookie'])
  },

  'a response varies by Cookie when its handler looked at the session': async (stage) => {
    stage.show({
      '/page': async ({ session }) => ({
        headers: { vary: 'Accept-Language' },
        body: String(session['user']),
      }),
    })
    for (const visitor of [stage.visitor(), await stage.begun()]) {
      const { headers } = await visitor.get('/page')
      expect(fieldsOf(headers.vary)).toEqual(['accept-language', 'cookie'])
    }
  },

  'a response whose handler did not look varies by what the application says': async (stage) => {
    const ours = stage.alwaysVaries ? ['cookie'] : []
    stage.show({
      '/page': async () => ({ headers: { vary: 'Accept-Language' }, body: 'page' }),
    })
    for (const visitor of [stage.visitor(), await stage.begun()]) {
      const plain = await visitor.get('/plain')
      expect(fieldsOf(plain.headers.vary)).toEqual(ours)
      const page = await visitor.get('/page')
      expect(fieldsOf(page.headers.vary)).toEqual(['accept-language', ...ours])
    }
  },
}

async function greet({ session }: Turn): Promise<Reply> {
  return { body: String(session['user']) }
}

async function* chunks(last: () => string): AsyncGenerator<Uint8Array> {
  yield Buffer.from('hello ')
  await nextTurn()
  yield Buffer.from(last())
}

function fieldsOf(vary = ''): string[] {
  const fields = vary.toLowerCase().split(',')
  return fields.map((field) => field.trim()).filter((field) => field !== '')
}
