import type { Page } from '../page.ts'
import type { Table } from '../table.ts'
import type { Costs } from './cost.ts'
import type { Bytes } from './stored.ts'

/** What is assumed; everything else is measured. */
const SITE = {
  sessions: 100_000_000,
  requestsPerSecond: 100_000,
  /** Of the sessions, those of somebody who is signed in: they are on a list too. */
  signedIn: 0.5,
  /** Of the requests. The rest reads. */
  writes: 0.1,
  /** Of the reads, those that note activity. */
  touches: 0.3,
  /** Of a core; more and the tail grows. */
  utilisation: 0.6,
  /** Allocator, buffers, the copy that a fork makes: the share of memory that data may take. */
  filling: 0.7,
  copies: 2,
  shardGigabytes: 32,
}

interface Need {
  readonly what: string
  readonly formula: string
  readonly is: string
}

function needsOf(costs: Costs, { bytesPerSession, bytesPerEntry }: Bytes): Need[] {
  const { sessions, requestsPerSecond, signedIn, writes, touches, utilisation } = SITE
  const { filling, copies, shardGigabytes } = SITE
  const data = (sessions * (bytesPerSession + signedIn * bytesPerEntry)) / 1e9
  const memory = data / filling
  const reads = requestsPerSecond * (1 - writes)
  const { visitor, read, write, touch } = costs
  const redisUs = reads * (read.redis + touches * touch) + requestsPerSecond * writes * write.redis
  const redisCores = redisUs / 1e6 / utilisation
  const own = reads * read.server + requestsPerSecond * writes * write.server
  const rest = own - requestsPerSecond * visitor.server
  return [
    {
      what: 'data in Redis',
      formula: 'S × (bytes a session + 0.5 × bytes on a list)',
      is: `${data.toFixed(0)} GB`,
    },
    {
      what: 'memory of all primaries',
      formula: `data ÷ ${filling}`,
      is: `${memory.toFixed(0)} GB`,
    },
    {
      what: 'with a replica of each',
      formula: `memory × ${copies}`,
      is: `${(memory * copies).toFixed(0)} GB`,
    },
    {
      what: 'shards, by memory',
      formula: `memory ÷ ${shardGigabytes} GB`,
      is: `${Math.ceil(memory / shardGigabytes)}`,
    },
    {
      what: 'cores of Redis',
      formula: `(reads × Redis µs a read + touches × µs a touch + writes × µs a write) ÷ ${utilisation}`,
      is: redisCores.toFixed(1),
    },
    {
      what: 'shards, by CPU',
      formula: 'one core each',
      is: `${Math.ceil(redisCores)}`,
    },
    {
      what: 'cores of the servers, in all',
      formula: `(reads × server µs a read + writes × server µs a write) ÷ ${utilisation}`,
      is: (own / 1e6 / utilisation).toFixed(1),
    },
    {
      what: 'cores of the servers, for sessions',
      formula: 'the same, less a visitor’s request each',
      is: (rest / 1e6 / utilisation).toFixed(1),
    },
    {
      what: 'from Redis to the servers',
      formula: 'reads × bytes of a record',
      is: `${((reads * bytesPerSession) / 1e6).toFixed(0)} MB/s`,
    },
  ]
}

/** What a large site needs, reckoned from what was measured. */
export function capacityPage(costs: Costs, bytes: Bytes, tables: readonly Table[]): Page {
  const needs = needsOf(costs, bytes).map(({ what, formula, is }) => [what, formula, is])
  return {
    path: 'capacity.md',
    title: 'What a large site needs',
    command: 'npm run bench:growth --',
    says: [
      'Reckoned, not tried: 100 million sessions of 1.2 KB at once (S), half of them on a ' +
        'principal’s list, and 100 000 requests a second, of which a tenth write. Of the reads three in ' +
        'ten note activity: at most one per session and touch interval does, a minute by default. The ' +
        'first table is the reckoning, the others are what it reckons with.',
      'The answer is memory, not CPU: sessions that wait cost, requests hardly do. A shorter `timeout` ' +
        'is the cheapest memory there is. Every session lies under one key, so shards need no more than ' +
        'a cluster that spreads keys; nothing is asked of two of them at once.',
    ],
    tables: [{ title: 'The reckoning', head: ['needed', 'formula', 'is'], rows: needs }, ...tables],
  }
}
