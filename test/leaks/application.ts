/**
 * An application that says all it can: what happens to sessions, errors with all their fields,
 * sessions themselves; beside what Node, Express and the Redis client say when they are told to.
 * A program of its own, so that everything on its output can be had.
 */
import { subscribe } from 'node:diagnostics_channel'
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { format, inspect } from 'node:util'
import express, { type ErrorRequestHandler, type Request } from 'express'
import { Redis } from 'ioredis'
import { createClient } from 'redis'
import { type ExpressSession, noteErrors, session } from '../../src/adapters/express.ts'
import { encrypt } from '../../src/encrypt/encrypt.ts'
import { createSessions } from '../../src/sessions.ts'
import { redisStore } from '../../src/store/redis/redis-store.ts'
import { EVENTS } from '../support/event-names.ts'

type Data = Record<string, unknown>

const { REDIS_PORT, CLIENT, SECRET = '', KEY } = process.env
const port = Number(REDIS_PORT)

async function connect() {
  if (CLIENT === 'ioredis') return new Redis(port, { showFriendlyErrorStack: true })
  return createClient({ socket: { port } }).on('error', print).connect()
}

function print(...things: unknown[]): void {
  console.log(...things)
  for (const thing of things) {
    console.error(inspect(thing, { depth: Infinity, showHidden: true, maxStringLength: null }))
    console.error(format('%o %O %s %j', thing, thing, thing, thing))
  }
}

for (const event of EVENTS) {
  subscribe(`sojourn:${event}`, (message) => {
    const { request: _request, ...rest } = message as Data
    print(event, rest)
  })
}
process.on('warning', print)

const sessions = createSessions<Data>({
  secret: SECRET,
  store: redisStore({ client: await connect() }),
  touchInterval: 0,
  maxBytes: 10_000,
  renewalTimeout: 2,
  renewalGrace: 1,
  ...(KEY !== undefined && encrypt({ keys: [KEY] })),
})

const CLIENT_SHOWN = { address: '192.0.2.1', userAgent: 'a browser' }

const PAGES: Readonly<Record<string, (session: ExpressSession<Data>) => unknown>> = {
  look: () => undefined,
  begin(session) {
    Object.assign(session, { user: 'ada', at: new Date(), cart: { items: ['tea'] } })
  },
  write: (session) => (session['n'] = Math.random()),
  save: async (session) => {
    session['n'] = Math.random()
    print('saved:', await session.save())
  },
  update: (session) => session.update((draft) => (draft['m'] = Math.random())),
  rotate: (session) => session.rotate(),
  signIn: (session) =>
    session.signIn('ada', { keep: ['cart'], amr: ['pwd'], client: CLIENT_SHOWN }),
  list: async (session) => print(await sessions.of('ada').list({ current: session })),
  revoke: (session) => sessions.of('ada').revokeOthers(session, { reason: 'left open' }),
  signOut: (session) => session.signOut(),
  push: (session) => session.pushFlash({ say: 'hello' }, 'q'),
  pop: (session) => session.popFlash('q'),
  token: (session) => session.verifyCsrfToken(session.getCsrfToken()),
  renewToken: (session) => void session.newCsrfToken(),
  adjust: (session) => session.adjustTimeoutForSession(600),
  regenerate: (session) => session.regenerate(),
  clear: (session) => session.clear(),
  out: (session) => session.invalidate(),
  big: (session) => (session['big'] = 'x'.repeat(20_000)),
  odd: (session) => (session['odd'] = { of: [() => 1] }),
  reserved: (session) => Object.assign(session, { rotate: 1 }),
  fail() {
    throw new Error('the handler failed')
  },
}

function sessionOf(request: Request): ExpressSession<Data> {
  return (request as unknown as { session: ExpressSession<Data> }).session
}

const app = express()
app.use(session(sessions))
app.use('/:page', async (request: Request, response) => {
  const session = sessionOf(request)
  print('before', session)
  await PAGES[String(request.params['page'])]?.(session)
  print('after', sessionOf(request), `${request.method} ${request.url}`)
  response.json('done')
})
app.use(noteErrors())
const onError: ErrorRequestHandler = (error: Error & { status?: number }, _, response, _next) => {
  print(error, error.stack, error.cause, JSON.stringify(error))
  response.status(error.status ?? 500).json(error.message)
}
app.use(onError)

const server = createServer(app)
server.listen(0, '127.0.0.1')
await once(server, 'listening')
console.log(`port=${(server.address() as AddressInfo).port}`)
