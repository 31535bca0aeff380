import type { SessionOptions } from '../../src/options/options.ts'
import { createSessions } from '../../src/sessions.ts'
import type { Data, Driver, Reply, Turn } from '../conformance/driver.ts'
import { drivers } from '../conformance/drivers.ts'
import { type Answer, COOKIE, Visitor } from '../conformance/visitor.ts'
import { SECRET } from '../support/app.ts'
import { type Nginx, startNginx } from '../support/nginx.ts'
import { CHANGES, LOOKS, UNTOUCHED } from './paths.ts'

const NAMES = ['Express 5', 'node:http', 'Koa 3', 'Fastify 5', 'fetch', 'Hono 4']

export const frameworks = drivers.filter(({ name }) => NAMES.includes(name))

/** What operators write. None of these ignores what the application says of caching. */
export const CACHING = {
  /** Everything for ten minutes by its URL alone, errors too, and old pages in need. */
  naive: [
    'proxy_cache_valid any 10m',
    'proxy_cache_key $scheme$host$request_uri',
    'proxy_cache_use_stale error timeout updating http_500 http_503',
    'proxy_cache_revalidate on',
  ],
  /** Only what says how long it may be kept, and nothing for whoever has a session. */
  sane: [`proxy_cache_bypass $cookie_${COOKIE}`, `proxy_no_cache $cookie_${COOKIE}`],
} as const

export type Caching = keyof typeof CACHING

/** An application behind proxies, with a page for each path. */
export interface Site<Name extends string = Caching> {
  /** A browser that has been nowhere yet. */
  visitor(by: Name): Visitor
  /** A browser whose session knows a name. */
  user(by: Name, name: string): Promise<Visitor>
  /** One in which somebody is signed in: another cookie. */
  member(by: Name, name: string): Promise<Visitor>
  close(): Promise<void>
}

/** The URL of the page that does this; `query` makes it another page for caches. */
export function urlOf(sentence: string, query: string): string {
  return `/page/${encodeURIComponent(sentence)}?${query}`
}

export async function openSite<Name extends string>(
  driver: Driver,
  options: Partial<SessionOptions<Data>>,
  proxies: Readonly<Record<Name, readonly string[]>>,
  headers: Reply['headers'] = {},
): Promise<Site<Name>> {
  const sessions = createSessions<Data>({ secret: SECRET, cookie: { name: COOKIE }, ...options })
  let served = 0
  async function handle(turn: Turn): Promise<Reply> {
    const [, room, sentence = ''] = decodeURIComponent(turn.path).split('/')
    if (room === 'begin') {
      turn.session['user'] = sentence
      turn.session.pushFlash(`hello ${sentence}`)
      return { body: 'begun' }
    }
    if (room === 'sign-in') {
      await turn.session.signIn(sentence)
      turn.session['user'] = sentence
      return { body: 'signed in' }
    }
    if (room === 'out') {
      await turn.session.signOut()
      return { body: 'out' }
    }
    const path = LOOKS[sentence] ?? CHANGES[sentence]
    if (path === undefined && sentence !== UNTOUCHED) throw new Error(`no page ${turn.path}`)
    const shown = await path?.(turn, sessions)
    return { headers, body: `page ${++served}: ${JSON.stringify(shown)}` }
  }
  const application = await driver.serve(sessions, handle)
  const started: Record<string, Nginx> = {}
  for (const [name, caching] of Object.entries<readonly string[]>(proxies)) {
    started[name] = await startNginx(application.port, caching)
  }
  function visitor(by: Name): Visitor {
    return new Visitor((started[by] as Nginx).port, undefined)
  }
  async function begin(by: Name, path: string): Promise<Visitor> {
    const begun = visitor(by)
    await begun.post(path)
    return begun
  }
  return {
    visitor,
    user: (by, name) => begin(by, `/begin/${name}`),
    member: (by, name) => begin(by, `/sign-in/${name}`),
    async close() {
      for (const proxy of Object.values(started)) await proxy.stop()
      await application.close()
      await sessions.close()
    },
  }
}

/** The Set-Cookie lines of an answer that give a cookie; a removal is the same for all. */
export function cookiesIn({ ours, theirs }: Answer): string[] {
  return [...ours, ...theirs].filter((line) => !/^[^=]*=;/.test(line))
}

/** What the proxy had: MISS, HIT, BYPASS, … */
export function cacheOf({ headers }: Answer): unknown {
  return headers['x-cache']
}

/** The directives, or fields, of a header, in lower case. */
export function wordsOf({ headers }: Answer, name: string): string[] {
  const said = String(headers[name] ?? '').toLowerCase()
  return said === '' ? [] : said.split(',').map((word) => word.trim())
}
