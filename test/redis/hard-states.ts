import { setTimeout as sleep } from 'node:timers/promises'
import type { RedisServer } from '../support/redis-server.ts'
import { until } from '../support/until.ts'

/** What a request is answered; `late`: 503, and it may be carried out all the same, afterwards. */
type Answered = 200 | 503 | 'late'

/** A state in which a server, or the way to it, can be for a while. */
export interface HardState {
  begin(server: RedisServer): unknown
  end(server: RedisServer): unknown
  readonly read: 200 | 503
  readonly write: Answered
  readonly signOut: Answered
  readonly revoke: Answered
}

/** What `LOADING` needs. */
export const SERVER_ARGS = [
  ['--enable-debug-command', 'yes'],
  ['--loading-process-events-interval-bytes', '1024'],
].flat()

const NOTHING = { read: 503, write: 503, signOut: 503, revoke: 503 } as const
const ONLY_READING = { ...NOTHING, read: 200 } as const

function config(name: string, value: string) {
  return (server: RedisServer) => server.cli('config', 'set', name, value)
}

function acl(...rules: string[]) {
  return (server: RedisServer) => server.cli('acl', 'setuser', 'default', ...rules)
}

async function answers(server: RedisServer, word: string): Promise<void> {
  await until(word, async () => {
    const answer = await server.cli('get', 'x').catch((error: Error) => error.message)
    return String(answer).startsWith(word)
  })
}

async function isWell(server: RedisServer): Promise<void> {
  await until('it answers', async () => (await server.cli('get', 'x')) === null)
}

/** By the names that docs/reliability/server-states.md has for them. */
export const HARD_STATES: Readonly<Record<string, HardState>> = {
  'its memory is full': {
    begin: config('maxmemory', '1'),
    end: config('maxmemory', '0'),
    // An end that leaves a reason behind needs memory; one that only removes does not.
    read: 200,
    write: 503,
    signOut: 200,
    revoke: 503,
  },
  'it is a replica': {
    begin: (server) => server.cli('replicaof', '127.0.0.1', '1'),
    end: (server) => server.cli('replicaof', 'no', 'one'),
    ...ONLY_READING,
  },
  'it is a replica that has lost its primary and may not answer': {
    async begin(server) {
      await server.cli('config', 'set', 'replica-serve-stale-data', 'no')
      await server.cli('replicaof', '127.0.0.1', '1')
    },
    async end(server) {
      await server.cli('replicaof', 'no', 'one')
      await server.cli('config', 'set', 'replica-serve-stale-data', 'yes')
    },
    ...NOTHING,
  },
  'it has too few replicas': {
    begin: config('min-replicas-to-write', '3'),
    end: config('min-replicas-to-write', '0'),
    ...ONLY_READING,
  },
  'it is loading its data': {
    async begin(server) {
      await server.cli('debug', 'populate', '3000', 'other', '100')
      await server.cli('config', 'set', 'key-load-delay', '5000')
      server.cli('debug', 'reload').catch(() => {})
      await answers(server, 'LOADING')
    },
    async end(server) {
      await server.cli('config', 'set', 'key-load-delay', '0')
      await isWell(server)
    },
    ...NOTHING,
  },
  'it does not permit reading': { begin: acl('-get'), end: acl('+get'), ...NOTHING },
  'it does not permit scripts': {
    begin: acl('-evalsha', '-eval'),
    end: acl('+evalsha', '+eval'),
    ...ONLY_READING,
  },
  'it is busy with a script of somebody else': {
    async begin(server) {
      await server.cli('config', 'set', 'lua-time-limit', '20')
      server.cli('eval', 'while true do end', '0').catch(() => {})
      await answers(server, 'BUSY')
    },
    async end(server) {
      await server.cli('script', 'kill')
      await isWell(server)
    },
    ...NOTHING,
  },
  'it lets writes wait': {
    begin: (server) => server.cli('client', 'pause', '60000', 'write'),
    end: (server) => server.cli('client', 'unpause'),
    read: 200,
    write: 'late',
    signOut: 'late',
    revoke: 'late',
  },
  'it does not answer': {
    begin: (server) => server.pause(),
    async end(server) {
      server.resume()
      await isWell(server)
      // What was sent meanwhile has been carried out by then.
      await sleep(20)
    },
    read: 503,
    write: 503,
    signOut: 503,
    revoke: 'late',
  },
}
