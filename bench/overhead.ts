/**
 * What a read costs beside sockets: node:http's request and response, the listener, and what keeps
 * the session, over a socket that swallows everything and a client that answers at once. Run:
 * `npm run bench:overhead`, with `-- --write` to keep the result in docs/bench/overhead.md. `by hand`
 * is a listener with a cookie scan, the same client and JSON.parse. All take turns, five requests to a turn
 * of the event loop.
 */
import { IncomingMessage, type RequestListener, ServerResponse } from 'node:http'
import { Socket } from 'node:net'
import { Writable } from 'node:stream'
import { parseArgs } from 'node:util'
import { createClient } from 'redis'
import { createSessions } from 'sojourn'
import { withSession } from 'sojourn/node'
import { redisStore } from 'sojourn/redis'
import { machine } from '../test/support/machine.ts'
import { startRedis } from '../test/support/redis-server.ts'
import { type Account, account, answerOf } from './http/account.ts'
import { median } from './http/ratio.ts'
import { writePage } from './page.ts'
import { asText } from './table.ts'

const { values } = parseArgs({
  options: { rounds: { type: 'string', default: '30' }, write: { type: 'boolean' } },
})
const ROUNDS = Number(values.rounds)
const REQUESTS = 2000
const AT_A_TURN = 5
const SECRET = 'Vn3pJw7sKx0bTq5yRz8dGm2hLc4fWa6e'
const BULK_STRING = 36

const redis = await startRedis()
const client = createClient({ url: redis.url })
client.on('error', () => {})
await client.connect()
/** What the session is stored as, and what it would be if its user had another name. */
let stored: readonly [Buffer, Buffer] | undefined
let asked = 0

/** Answers a GET at once, once it knows the answer: one of so many. */
function atOnce(answers: 1 | 2) {
  return {
    async sendCommand(command: readonly (string | Buffer)[]): Promise<unknown> {
      if (command[0] === 'get' && stored !== undefined) return stored[asked++ % answers]
      return client.sendCommand(command, { typeMapping: { [BULK_STRING]: Buffer } })
    },
  }
}

function sessionsOf(answers: 1 | 2) {
  return createSessions<Account>({ secret: SECRET, store: redisStore({ client: atOnce(answers) }) })
}

const byHandClient = atOnce(1)
const plain = sessionsOf(1)
const changing = sessionsOf(2)
const near = createSessions<Account>({
  secret: SECRET,
  store: redisStore({ client, nearCache: {} }),
})
const first = Object.assign(await plain.open(), account())
const cookie = (await plain.commit(first)).setCookie?.split(';')[0] as string
const text = JSON.stringify(account())
const bytes = (await byHandClient.sendCommand(['get', `session:${first.id}`])) as Buffer
const other = Buffer.from(bytes)
other.write('ANN', bytes.indexOf('Ann'))
stored = [bytes, other]
while ((await held()) > 0);

const LISTENERS: Readonly<Record<string, RequestListener>> = {
  'by hand': (request, response) => void byHand(request, response),
  Sojourn: withSession(plain, ({ session }, response) => send(response, session)),
  'Sojourn, record has changed': withSession(changing, ({ session }, response) =>
    send(response, session),
  ),
  'Sojourn, near cache': withSession(near, ({ session }, response) => send(response, session)),
}
const times = Object.keys(LISTENERS).map((): number[] => [])
for (let round = -10; round < ROUNDS; round++) {
  for (const [at, listener] of Object.values(LISTENERS).entries()) {
    const us = await cpuOf(listener)
    if (round >= 0) times[at]?.push(us)
  }
}
const bare = median(times[0] ?? [])
const rows = Object.keys(LISTENERS).map((name, at) => {
  const us = median(times[at] ?? [])
  return [name, us.toFixed(1), at === 0 ? '–' : (us - bare).toFixed(1)]
})
const title = 'A read, CPU µs'
const table = { title, head: ['', 'all', 'more than by hand'], rows }
console.log(`${machine()}\n\n${asText(table)}`)
if (values.write) {
  writePage({
    path: 'bench/overhead.md',
    title: 'Benchmark: without sockets',
    command: 'npm run bench:overhead --',
    says: [
      'One request and its response of `node:http` over a socket that swallows everything, with a ' +
        `client that answers at once: ${ROUNDS} rounds of ${REQUESTS}. What Sojourn costs more than ` +
        'a listener by hand is spread over many parts, [each measured by itself](parts.md): the ' +
        'cookie is looked up among those verified lately, the data are copied when they come and ' +
        'compared when they go, the first byte is held until the commit has answered, `Vary` and ' +
        '`Cache-Control` are set, and the operation has its deadline. Where a record has changed ' +
        'since it was read last, its header and its data are parsed, and outlined to be compared.',
    ],
    tables: [table],
    charts: {},
  })
}
await Promise.all([plain.close(), near.close()])
client.destroy()
await redis.stop()

async function byHand({ headers }: IncomingMessage, response: ServerResponse): Promise<void> {
  if (!headers.cookie?.includes('=')) throw new Error('no cookie')
  await byHandClient.sendCommand(['get', 'limit'])
  send(response, JSON.parse(text) as Account)
}

function send(response: ServerResponse, session: Partial<Account>): void {
  response.setHeader('Content-Type', 'application/json; charset=utf-8')
  response.end(JSON.stringify(answerOf(session)))
}

/** How many commands it takes to read the session once. */
async function held(): Promise<number> {
  await redis.resetStats()
  await near.open(cookie)
  return (await redis.commandStats())['get'] ?? 0
}

async function cpuOf(listener: RequestListener): Promise<number> {
  const before = process.cpuUsage()
  for (let sent = 0; sent < REQUESTS; sent += AT_A_TURN) {
    for (let at = 0; at < AT_A_TURN; at++) await serve(listener)
    await new Promise(setImmediate)
  }
  const { user, system } = process.cpuUsage(before)
  return (user + system) / REQUESTS
}

async function serve(listener: RequestListener): Promise<void> {
  const request = new IncomingMessage(new Socket())
  Object.assign(request, { url: '/', method: 'GET', headers: { host: 'localhost', cookie } })
  const response = new ServerResponse(request)
  const sink = Object.assign(new Writable({ write: (_chunk, _encoding, done) => done() }), {
    setTimeout() {},
  }) as unknown as Socket
  response.assignSocket(sink)
  await new Promise<void>((resolve) => {
    response.on('finish', resolve)
    listener(request, response)
  })
}
