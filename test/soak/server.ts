/**
 * A process with two sites, `server.ts <port of Redis>`: Express over node-redis, and node:http over
 * ioredis. Tells their ports, and how it is, when it is asked.
 */
import { once } from 'node:events'
import { type IncomingMessage, type RequestListener, type Server, createServer } from 'node:http'
import { type AddressInfo } from 'node:net'
import { setImmediate as nextTurn, setTimeout as sleep } from 'node:timers/promises'
import express, { type ErrorRequestHandler } from 'express'
import { Redis as Ioredis } from 'ioredis'
import { createClient } from 'redis'
import { noteErrors, session } from '../../src/adapters/express.ts'
import { withSession } from '../../src/adapters/node.ts'
import { type Sessions, createSessions } from '../../src/sessions.ts'
import {
  type RedisClient,
  recommendedClientOptions,
  redisStore,
} from '../../src/store/redis/redis-store.ts'

/** What a session holds, which is what `/read` shows. */
export interface Shown {
  readonly name?: string
  readonly n?: number
}

/** What a process keeps while it serves nobody. */
export interface Kept {
  readonly heapMB: number
  readonly outsideHeapMB: number
  readonly rssMB: number
  /** By kind, what keeps the process running. */
  readonly handles: Readonly<Record<string, number>>
  readonly rejections: number
}

type SoakSessions = Sessions<{ name: string; n: number; note: string }>

const CLOSED_WITHIN_MS = 5000

function sessionsOn(client: RedisClient): SoakSessions {
  return createSessions({
    secret: 'a secret of the soak campaign, long enough',
    store: redisStore({ client }),
    // So that what nobody ends does so by itself while it is still watched.
    timeout: 30,
    absoluteTimeout: 120,
    reasonKept: 60,
    touchInterval: 1,
    renewalTimeout: 20,
    renewalGrace: 5,
  })
}

async function page(
  sessions: SoakSessions,
  request: IncomingMessage,
  response: Parameters<RequestListener>[1],
): Promise<unknown> {
  const { pathname, searchParams } = new URL(request.url ?? '', 'http://localhost')
  const visit = sessions.from(request)
  switch (pathname) {
    case '/read':
      return { name: visit.name, n: visit.n } satisfies Shown
    case '/write':
      visit.name = searchParams.get('name') ?? ''
      visit.note = 'x'.repeat(Number(searchParams.get('size')))
      visit.pushFlash('written')
      return visit.peekFlash().length
    case '/count':
      await visit.update((draft) => void (draft.n = (draft.n ?? 0) + 1))
      return visit.popFlash()
    case '/rotate':
      visit.rotate()
      return null
    case '/adjust':
      visit.adjustTimeoutForSession(40)
      return visit.getCsrfToken()
    case '/in':
      await visit.signIn(searchParams.get('as') ?? '', { keep: ['name', 'n'] })
      return visit.principal
    case '/out':
      return visit.signOut()
    case '/devices': {
      if (visit.principal === null) return []
      const its = sessions.of(visit.principal)
      await its.revokeOthers(visit, { reason: 'somewhere else' })
      return (await its.list({ current: visit })).length
    }
    case '/watch': {
      const leave = sessions.watch(visit.id, ({ reason }) => void response.end(reason))
      response.on('close', leave)
      response.write('watching')
      return undefined
    }
    default:
      return 'hello'
  }
}

function onExpress(sessions: SoakSessions): RequestListener {
  const app = express()
  app.use(session(sessions))
  app.use(async (request, response) => {
    const shown = await page(sessions, request, response)
    if (shown !== undefined) response.json(shown)
  })
  app.use(noteErrors())
  app.use(answerError)
  return app as RequestListener
}

const answerError: ErrorRequestHandler = (error, _request, response, _next) => {
  response.status((error as { status?: number }).status ?? 500).json(String(error))
}

function onNode(sessions: SoakSessions): RequestListener {
  return withSession(
    sessions,
    async (request, response) => {
      const shown = await page(sessions, request, response)
      if (shown !== undefined) response.end(JSON.stringify(shown))
    },
    { onError() {} },
  )
}

async function serve(listener: RequestListener): Promise<Server> {
  // A connection that is closed for being idle may be closed under a request.
  const server = createServer({ keepAliveTimeout: 0 }, listener)
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return server
}

/** Whoever it served has left. */
async function closed(server: Server): Promise<void> {
  const giveUpAt = performance.now() + CLOSED_WITHIN_MS
  for (;;) {
    server.closeIdleConnections()
    const open = await new Promise((resolve) => {
      server.getConnections((_, count) => resolve(count))
    })
    if (open === 0 || performance.now() > giveUpAt) return
    await sleep(10)
  }
}

async function kept(rejections: number): Promise<Kept> {
  for (let times = 0; times < 3; times++) {
    globalThis.gc?.()
    await nextTurn()
  }
  const { heapUsed, external, rss } = process.memoryUsage()
  const handles: Record<string, number> = {}
  for (const kind of process.getActiveResourcesInfo()) handles[kind] = (handles[kind] ?? 0) + 1
  const [heapMB, outsideHeapMB, rssMB] = [heapUsed, external, rss].map((bytes) => bytes / 1e6)
  return { heapMB, outsideHeapMB, rssMB, handles, rejections } as Kept
}

async function start(port: number): Promise<void> {
  let rejections = 0
  process.on('unhandledRejection', () => rejections++)
  const nodeRedis = createClient({ socket: { host: '127.0.0.1', port } })
  nodeRedis.on('error', () => {})
  await nodeRedis.connect()
  const ioredis = new Ioredis({ ...recommendedClientOptions.ioredis, host: '127.0.0.1', port })
  ioredis.on('error', () => {})
  const servers = [
    await serve(onExpress(sessionsOn(nodeRedis))),
    await serve(onNode(sessionsOn(ioredis))),
  ]
  process.on('message', () => {
    void Promise.all(servers.map(closed))
      .then(() => kept(rejections))
      .then((answer) => process.send?.(answer))
  })
  process.on('disconnect', () => process.exit())
  process.send?.({ ports: servers.map((server) => (server.address() as AddressInfo).port) })
}

const [, program, port] = process.argv
if (program?.endsWith('soak/server.ts')) await start(Number(port))
