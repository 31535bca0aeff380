/* One of the processes that serve the requests of a history. Its arguments say which way to Redis is
 * straight, on which port connections are cut, and with which package it goes there. */
import { resolveConnection } from '../../src/store/redis/connection.ts'
import { ConnectingStore } from '../../src/store/redis/connecting-store.ts'
import { StoreError } from '../../src/errors.ts'
import { createSessions } from '../../src/sessions.ts'
import { PACKAGES } from '../redis/packages.ts'
import { SECRET, type Data, type DataSessions } from '../support/app.ts'
import { signal } from '../support/latch-store.ts'
import { breakStore } from './broken.ts'
import type { Done, Job, Over, Way } from './job.ts'
import { RecordedRequest, now } from './request.ts'

const [straight, faulty, client] = process.argv.slice(2)
const load = PACKAGES.find(([name]) => name === client)?.[1]
// Clients tell of every lost connection.
process.removeAllListeners('warning')

const stores = {
  straight: storeOn(Number(straight)),
  faulty: storeOn(Number(faulty)),
}
const known = new Map<string, DataSessions>()

function storeOn(port: number): ConnectingStore {
  return new ConnectingStore(resolveConnection({ host: '127.0.0.1', port }), undefined, load)
}

function sessionsOf(way: Way): DataSessions {
  const name = JSON.stringify(way)
  let sessions = known.get(name)
  if (sessions === undefined) {
    const right = way.faulty ? stores.faulty : stores.straight
    const store = way.broken === undefined ? right : breakStore(right, way.broken)
    sessions = createSessions<Data>({
      secret: SECRET,
      store,
      touchInterval: 0,
      storeTimeoutMs: 20_000,
    })
    known.set(name, sessions)
  }
  return sessions
}

/** What is over, by history, for whoever waits for it. */
const over = new Map<number, Map<string, Signal>>()
type Signal = ReturnType<typeof signal>

function overOf(history: number, by: string): Signal {
  const signals = over.get(history) ?? new Map<string, Signal>()
  over.set(history, signals)
  const its = signals.get(by) ?? signal()
  signals.set(by, its)
  return its
}

async function serve({ number, history, way, by, kind, on, steps }: Job): Promise<Done> {
  const sessions = sessionsOf(way)
  if (kind === 'revoke') return revoke(number, sessions, way, by, on)
  const request = new RecordedRequest(sessions, by, way.faulty)
  let setCookies: readonly string[] = []
  if ((await request.open(on)) && kind === 'request') {
    for (const step of steps) {
      if (step[0] === 'until') await overOf(history, step[1]).given
      else await request.act(step)
    }
    setCookies = await request.commit()
  }
  return { number, operations: request.operations, setCookies }
}

async function revoke(
  number: number,
  sessions: DataSessions,
  { faulty: mayLose }: Way,
  by: string,
  id: string,
): Promise<Done> {
  const invokedAt = now()
  const lived = await sessions.revoke(id, { reason: 'revoked' }).catch((error: unknown) => {
    if (error instanceof StoreError) return undefined
    throw error
  })
  const answeredAt = lived === undefined ? null : now()
  // A client that sends it again finds it ended: then nobody knows by whom.
  const act = { kind: 'revoke', lived: mayLose || lived === undefined ? null : lived } as const
  return { number, operations: [{ id, by, act, invokedAt, answeredAt }], setCookies: [] }
}

process.on('message', (message: Job | Over) => {
  if ('over' in message) {
    if (message.over === null) over.delete(message.history)
    else overOf(message.history, message.over).give()
    return
  }
  const job = message
  serve(job)
    .catch((error: unknown): Done => {
      const thrown = error instanceof Error ? (error.stack ?? error.message) : 'no error'
      return { number: job.number, operations: [], setCookies: [], thrown }
    })
    .then((done) => process.send?.(done))
    .catch(() => process.exit(1))
})
process.on('disconnect', () => process.exit(0))
await Promise.all([stores.straight.read('connecting'), stores.faulty.read('connecting')])
process.send?.('ready')
