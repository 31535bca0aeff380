/**
 * What a request costs beside sockets: node:http's request and response, the listener, and what keeps
 * the session, over a socket that swallows everything and a Redis in the process that answers at once.
 * Run: `npm run bench:overhead`, with `-- --write` to keep the result in docs/bench/overhead.md. `by
 * hand` is a listener with a cookie scan, the same client, JSON.parse and JSON.stringify. All take
 * turns.
 */
import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http'
import { parseArgs } from 'node:util'
import { createClient } from 'redis'
import { type Session, createSessions } from 'sojourn'
import { withSession } from 'sojourn/node'
import { redisStore } from 'sojourn/redis'
import { machine } from '../test/support/machine.ts'
import { startRedis } from '../test/support/redis-server.ts'
import { type Account, account, addView, answerOf } from './http/account.ts'
import { OneValue } from './overhead/one-value.ts'
import { cpuOf } from './overhead/serve.ts'
import { writePage } from './page.ts'
import { NONE, type Table, asText } from './table.ts'
import { medians } from './timing.ts'

const { values } = parseArgs({
  options: { rounds: { type: 'string', default: '30' }, write: { type: 'boolean' } },
})
const ROUNDS = Number(values.rounds)
const WARM_UP = 10
const REQUESTS = 2000
const SECRET = 'Vn3pJw7sKx0bTq5yRz8dGm2hLc4fWa6e'

/** A listener, and the cookie its requests bring. */
interface Subject {
  readonly listener: RequestListener
  readonly cookie?: string
}

const redis = await startRedis()
const client = createClient({ url: redis.url })
client.on('error', () => {})
await client.connect()

const reads = {
  'by hand': byHand(() => {}),
  Sojourn: await sojourn(() => {}),
  'Sojourn, record has changed': await sojourn(() => {}, alternating),
  'Sojourn, near cache': await nearCache(),
}
const writes = {
  'by hand': byHand(addView),
  'Sojourn, a number changes': await sojourn(addView),
  'Sojourn, a nested value changes': await sojourn(addItem),
  'Sojourn, a number, each time by another process': await twoProcesses(),
}
const visitors = {
  'without sessions': { listener: (_request, response) => send(response, {}) },
  Sojourn: {
    listener: withSession(sessionsOn(new OneValue()), (_, response) => send(response, {})),
  },
  'Sojourn, session looked at': { listener: listenerOf(sessionsOn(new OneValue()), () => {}) },
} as const satisfies Record<string, Subject>
const tables = [
  await measure('A visitor, CPU µs', visitors),
  await measure('A read, CPU µs', reads),
  await measure('A write, CPU µs', writes),
]
console.log(`${machine()}\n\n${tables.map(asText).join('\n')}`)
if (values.write) {
  writePage({
    path: 'bench/overhead.md',
    title: 'Benchmark: without sockets',
    command: 'npm run bench:overhead --',
    says: [
      'One request and its response of `node:http` over a socket that swallows everything, with a ' +
        `Redis in the process that answers at once: ${ROUNDS} rounds of ${REQUESTS}. By hand is a ` +
        'cookie scan, JSON.parse and, for a write, JSON.stringify and SET.',
      'What Sojourn costs more is spread over many parts, [each measured by itself](parts.md): the ' +
        'cookie is looked up among those verified lately, the data are copied when they come and ' +
        'compared when they go, the first byte is held until the commit has answered, `Vary` and ' +
        '`Cache-Control` are set, and each operation has its deadline. Where a record is as this ' +
        'process has read or written it last, its data are not parsed, and only the properties ' +
        'that have changed are written anew.',
    ],
    tables,
  })
}
client.destroy()
await redis.stop()
process.exit()

async function measure(title: string, subjects: Readonly<Record<string, Subject>>): Promise<Table> {
  const works = Object.values(subjects).map(
    ({ listener, cookie }) =>
      () =>
        cpuOf(listener, REQUESTS, cookie),
  )
  await medians(WARM_UP, works)
  const times = await medians(ROUNDS, works)
  const [bare = Number.NaN] = times
  const rows = Object.keys(subjects).map((name, at) => {
    const us = times[at] ?? Number.NaN
    return [name, us.toFixed(1), at === 0 ? NONE : (us - bare).toFixed(1)]
  })
  return { title, head: ['', 'all', 'more than the first'], rows }
}

type Change = (session: Partial<Account>) => void

function addItem({ history = [] }: Partial<Account>): void {
  history.shift()
  history.push(`/page/${Math.random()}`)
}

function byHand(change: Change): Subject {
  const store = new OneValue()
  store.value = Buffer.from(JSON.stringify(account()))
  async function serve({ headers }: IncomingMessage, response: ServerResponse): Promise<void> {
    if (!headers.cookie?.includes('=')) throw new Error('no cookie')
    const stored = (await store.sendCommand(['get', 'limit'])) as Buffer
    const session = JSON.parse(stored.toString()) as Account
    change(session)
    if (change === addView) await store.sendCommand(['set', 'limit', JSON.stringify(session)])
    send(response, session)
  }
  return { listener: (request, response) => void serve(request, response), cookie: 'sid=by-hand' }
}

async function sojourn(change: Change, begun = (_store: OneValue) => {}): Promise<Subject> {
  const store = new OneValue()
  const sessions = sessionsOn(store)
  const cookie = await begin(sessions)
  begun(store)
  return { listener: listenerOf(sessions, change), cookie }
}

/** Each read finds another record than the one before: the name is another. */
function alternating(store: OneValue): void {
  store.other = Buffer.from(store.value as Buffer)
  store.other.write('ANN', store.other.indexOf('Ann'))
}

/** As two processes are: what one writes, the other has not seen. */
async function twoProcesses(): Promise<Subject> {
  const store = new OneValue()
  const [one, other] = [sessionsOn(store), sessionsOn(store)]
  const cookie = await begin(one)
  const listeners = [listenerOf(one, addView), listenerOf(other, addView)] as const
  let served = 0
  return {
    listener: (request, response) => listeners[served++ % 2 === 0 ? 0 : 1](request, response),
    cookie,
  }
}

async function nearCache(): Promise<Subject> {
  const sessions = createSessions<Account>({
    secret: SECRET,
    store: redisStore({ client, nearCache: {} }),
  })
  const cookie = await begin(sessions)
  let gets = 1
  while (gets > 0) {
    await redis.resetStats()
    await sessions.open(cookie)
    gets = (await redis.commandStats())['get'] ?? 0
  }
  return { listener: listenerOf(sessions, () => {}), cookie }
}

/** Of a client of its own: what stands on the same client shares what it knows. */
function sessionsOn(store: OneValue) {
  const own = { sendCommand: (command: readonly string[]) => store.sendCommand(command) }
  return createSessions<Account>({ secret: SECRET, store: redisStore({ client: own }) })
}

async function begin(sessions: ReturnType<typeof sessionsOn>): Promise<string> {
  const first = Object.assign(await sessions.open(), account())
  return (await sessions.commit(first)).setCookie?.split(';')[0] as string
}

function listenerOf(sessions: ReturnType<typeof sessionsOn>, change: Change): RequestListener {
  return withSession(sessions, ({ session }: { session: Session<Account> }, response) => {
    change(session)
    send(response, session)
  })
}

function send(response: ServerResponse, session: Partial<Account>): void {
  response.setHeader('Content-Type', 'application/json; charset=utf-8')
  response.end(JSON.stringify(answerOf(session)))
}
