/**
 * A web application whose sessions lie behind sentinels: `server.ts <client> <ports> <replicas>`.
 * Tells its port, and at the end how many promises were rejected without anybody looking.
 */
import { createHash } from 'node:crypto'
import type { AddressInfo } from 'node:net'
import express, { type ErrorRequestHandler } from 'express'
import { Redis as Ioredis } from 'ioredis'
import { createSentinel } from 'redis'
import { session } from '../../src/adapters/express.ts'
import { createSessions } from '../../src/sessions.ts'
import {
  type RedisClient,
  recommendedClientOptions,
  redisStore,
} from '../../src/store/redis/redis-store.ts'
import { NAME } from '../support/redis-sentinels.ts'

/** What a browser wrote last, and a proof that it was this one. */
export interface Note {
  readonly person: string
  readonly count: number
  readonly proof: string
}

export function proofOf(person: string, count: number): string {
  return createHash('sha256').update(`${person} ${count}`).digest('base64url')
}

async function connect(client: string, ports: readonly number[]): Promise<RedisClient> {
  const sentinels = ports.map((port) => ({ host: '127.0.0.1', port }))
  if (client === 'ioredis') {
    const { retryStrategy } = recommendedClientOptions.ioredis
    const ioredis = new Ioredis({
      ...recommendedClientOptions.ioredis,
      sentinels,
      name: NAME,
      sentinelRetryStrategy: retryStrategy,
    })
    ioredis.on('error', () => {})
    return ioredis
  }
  const sentinel = createSentinel({ name: NAME, sentinelRootNodes: sentinels })
  sentinel.on('error', () => {})
  return sentinel.connect()
}

async function serve(client: string, ports: readonly number[], replicas: number): Promise<void> {
  let rejections = 0
  process.on('unhandledRejection', () => rejections++)
  const durability = replicas === 0 ? {} : { durability: { replicas, timeoutMs: 500 } }
  const sessions = createSessions<{ note: Note }>({
    secret: 'a secret of the failover campaign, long enough',
    store: redisStore({ client: await connect(client, ports), ...durability }),
    touchInterval: 1,
  })
  const app = express()
  app.use(session(sessions))
  app.get('/read', (request, response) => void response.json(sessions.from(request).note ?? null))
  app.post('/write', (request, response) => {
    const { person = '', count: text } = request.query as Record<string, string>
    const count = Number(text)
    sessions.from(request).note = { person, count, proof: proofOf(person, count) }
    response.json('written')
  })
  app.post('/out', (request, response) => {
    sessions.from(request).invalidate()
    response.json('out')
  })
  app.use(answerError)
  const server = app.listen(0, '127.0.0.1', () => {
    process.send?.({ port: (server.address() as AddressInfo).port })
  })
  process.on('message', () => process.send?.({ rejections }))
}

const answerError: ErrorRequestHandler = (error, _request, response, _next) => {
  response.status((error as { status?: number }).status ?? 500).json(String(error))
}

const [, program, client, ports, replicas] = process.argv
if (program?.endsWith('server.ts') && client !== undefined) {
  await serve(client, JSON.parse(ports ?? '[]') as number[], Number(replicas))
}
