/**
 * A web application: `server.ts <sentinels|cluster> <client> <ports> <replicas>`.
 * Tells its port, and at the end how many promises were rejected without anybody looking.
 */
import { createHash } from 'node:crypto'
import type { AddressInfo } from 'node:net'
import express, { type ErrorRequestHandler } from 'express'
import { Cluster, Redis as Ioredis } from 'ioredis'
import { createCluster, createSentinel } from 'redis'
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

function connect(what: string, client: string, ports: readonly number[]): RedisClient {
  const nodes = ports.map((port) => ({ host: '127.0.0.1', port }))
  const made = `${client}, ${what}`
  const { ioredis } = recommendedClientOptions
  switch (made) {
    case 'ioredis, sentinels':
      return heard(
        new Ioredis({
          ...ioredis,
          sentinels: nodes,
          name: NAME,
          sentinelRetryStrategy: ioredis.retryStrategy,
        }),
      )
    case 'ioredis, cluster':
      return heard(new Cluster(nodes, { redisOptions: ioredis }))
    case 'node-redis, sentinels':
      return connecting(createSentinel({ name: NAME, sentinelRootNodes: nodes }))
    case 'node-redis, cluster':
      return connecting(createCluster({ rootNodes: nodes.map((socket) => ({ socket })) }))
    default:
      throw new Error(`no such client: ${made}`)
  }
}

function heard<C extends { on(event: 'error', listener: () => void): unknown }>(client: C): C {
  client.on('error', () => {})
  return client
}

function connecting<
  C extends RedisClient & {
    on(event: 'error', listener: () => void): unknown
    connect(): Promise<unknown>
  },
>(client: C): C {
  heard(client)
    .connect()
    .catch(() => {})
  return client
}

function serve(client: RedisClient, replicas: number): void {
  let rejections = 0
  process.on('unhandledRejection', () => rejections++)
  const durability = replicas === 0 ? {} : { durability: { replicas, timeoutMs: 500 } }
  const sessions = createSessions<{ note: Note }>({
    secret: 'a secret of the failover campaign, long enough',
    store: redisStore({ client, ...durability }),
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
  // A connection that is closed for being idle may be closed under a request.
  server.keepAliveTimeout = 0
  process.on('message', () => process.send?.({ rejections }))
}

const answerError: ErrorRequestHandler = (error, _request, response, _next) => {
  response.status((error as { status?: number }).status ?? 500).json(String(error))
}

const [, program, what = '', client = '', ports = '[]', replicas] = process.argv
if (program?.endsWith('server.ts')) {
  serve(connect(what, client, JSON.parse(ports) as number[]), Number(replicas))
}
