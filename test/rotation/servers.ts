import { once } from 'node:events'
import { type RequestListener, createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import express from 'express'
import { session } from '../../src/adapters/express.ts'
import { withSession } from '../../src/adapters/node.ts'
import { type SessionObject, stateOf } from '../../src/session/session.ts'
import { type Sessions, createSessions } from '../../src/sessions.ts'
import { redisStore } from '../../src/store/redis/redis-store.ts'
import { SECRET } from '../support/app.ts'
import { byClock } from '../support/timed.ts'

/** What a visitor's session holds: who it is, a counter, and a key for each write. */
export interface Visitor {
  readonly [key: string]: unknown
  user?: string
  n?: number
}

type VisitorSession = Awaited<ReturnType<Sessions<Visitor>['open']>>

export interface AppServer {
  readonly port: number
  close(): Promise<void>
}

/** One instance of an application, with sessions and a connection to Redis of its own. */
export async function startServer(
  framework: 'express' | 'node',
  redisUrl: string,
  clock: { now: number },
): Promise<AppServer> {
  const store = redisStore({ url: redisUrl })
  const sessions = createSessions<Visitor>({
    secret: SECRET,
    store: byClock(store, clock),
    timeout: 7200,
    storeTimeoutMs: 10_000,
  })
  const server = createServer(framework === 'express' ? onExpress(sessions) : onNode(sessions))
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    port: (server.address() as AddressInfo).port,
    async close() {
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
      await store.close?.()
    },
  }
}

function onExpress(sessions: Sessions<Visitor>): RequestListener {
  const app = express()
  app.use(session(sessions))
  app.use(async (request, response) => {
    response.json(await page(sessions.from(request), request.url))
  })
  return app as RequestListener
}

function onNode(sessions: Sessions<Visitor>): RequestListener {
  return withSession(sessions, async (request, response) => {
    const shown = await page(sessions.from(request), request.url ?? '')
    response.setHeader('Content-Type', 'application/json')
    response.end(JSON.stringify(shown))
  })
}

/** What a page shows. */
export interface Shown {
  readonly user?: string
  /** It was asked for with a cookie whose successor has been used already. */
  readonly overtaken: boolean
}

function isOvertaken(session: object): boolean {
  const { base, edition } = stateOf(session as SessionObject)
  return base !== undefined && edition < base.record.edition
}

/** Every page shows who the visitor is; the last one shows everything. */
async function page(session: VisitorSession, url: string): Promise<Shown | Visitor> {
  const { pathname, searchParams } = new URL(url, 'http://localhost')
  const key = searchParams.get('key') ?? ''
  const data = session as Record<string, unknown>
  const overtaken = isOvertaken(session)
  switch (pathname) {
    case '/begin':
      session.user = key
      session.n = 0
      break
    case '/set':
      data[key] = 1
      break
    case '/save':
      data[key] = 1
      await session.save()
      break
    case '/update':
      await session.update((draft) => {
        draft.n = (draft.n ?? 0) + 1
      })
      break
    case '/all':
      return { ...session }
  }
  return { user: session.user, overtaken }
}
