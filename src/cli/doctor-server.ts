import type { Connection } from '../store/redis/connection.ts'
import { type Finding, fail, ok, warn } from './finding.ts'
import { type Node, reasonOf } from './nodes.ts'
import { info, pairs } from './replies.ts'
import { count } from '../words.ts'

type Facts = ReadonlyMap<string, string>

/** The server itself, by what it says in INFO, and in CONFIG where that is permitted. */
export async function checkServer(node: Node): Promise<Finding[]> {
  const latency = await checkLatency(node)
  let facts: Facts
  try {
    facts = info(await node.send('info', 'everything'))
  } catch (error) {
    const means = `INFO is refused, so little is known of the server: ${reasonOf(error)}.`
    return [warn('server', means, 'Run the doctor as a user with +info and +config|get.'), latency]
  }
  const config = pairs(await node.send('config', 'get', 'save').catch(() => []))
  const fsync = pairs(await node.send('config', 'get', 'appendfsync').catch(() => []))
  return [
    version(facts),
    memory(facts),
    eviction(facts),
    persistence(facts, config.get('save'), fsync.get('appendfsync')),
    replication(facts),
    latency,
  ]
}

const OLDEST = [6, 2] as const

function version(facts: Facts): Finding {
  const isValkey = facts.get('server_name') === 'valkey'
  const [name, text] = isValkey
    ? ['Valkey', facts.get('valkey_version') ?? '']
    : ['Redis', facts.get('redis_version') ?? '']
  const [major = 0, minor = 0] = text.split('.').map(Number)
  const isNew = major > OLDEST[0] || (major === OLDEST[0] && minor >= OLDEST[1])
  if (isValkey || isNew) return ok('version', `${name} ${text}; Redis 6.2 or Valkey is needed.`)
  const means = `${name} ${text} is too old: it has no SET … PXAT, so no session can be stored.`
  return fail('version', means, 'Use Redis 6.2 or later, or Valkey.')
}

function memory(facts: Facts): Finding {
  const limit = Number(facts.get('maxmemory') ?? 0)
  const used = Number(facts.get('used_memory') ?? 0)
  const evicted = Number(facts.get('evicted_keys') ?? 0)
  if (evicted > 0) {
    const means = `${count(evicted, 'key')} evicted since the start, sessions perhaps among them.`
    return warn('memory', means, 'Raise maxmemory, or keep caches in another instance.')
  }
  if (limit === 0) {
    const means =
      'There is no maxmemory: Redis grows until the machine ends it, and with it every session.'
    return warn('memory', means, 'Set maxmemory below what the machine has, and an alert on it.')
  }
  const part = Math.round((100 * used) / limit)
  const means = `${part} % of maxmemory is used.`
  return part < 85
    ? ok('memory', means)
    : warn('memory', means, 'Raise maxmemory before writes fail or sessions are evicted.')
}

/** As docs/redis.md has it: which sessions go when memory is full. */
function eviction(facts: Facts): Finding {
  const policy = facts.get('maxmemory_policy') ?? 'unknown'
  if (policy === 'noeviction') {
    return ok('eviction', 'noeviction: when memory is full writes fail, and nobody is signed out.')
  }
  if (policy === 'volatile-ttl') {
    return ok('eviction', 'volatile-ttl: when memory is full, sessions that would end soonest go.')
  }
  const todo = 'Set maxmemory-policy to noeviction, or to volatile-ttl.'
  const means = `${policy}: when memory is full, people are signed out, however active they are.`
  return policy.startsWith('allkeys')
    ? fail('eviction', means, todo)
    : warn('eviction', means, todo)
}

function persistence(facts: Facts, save: string | undefined, fsync: string | undefined): Finding {
  const says = 'persistence'
  if (facts.get('aof_enabled') === '1') {
    if (facts.get('aof_last_write_status') === 'err') {
      return fail(
        says,
        'The last write of the AOF failed.',
        'Look at the log and the disk of Redis.',
      )
    }
    if (fsync !== 'no')
      return ok(says, `appendonly, fsync ${fsync ?? 'unknown'}: a crash loses about a second.`)
    const means = 'appendonly without fsync: a crash loses about half a minute.'
    return warn(says, means, 'Set appendfsync to everysec.')
  }
  const todo = 'Set appendonly yes and appendfsync everysec, or accept it (--accept persistence).'
  if (save === undefined) {
    const means =
      'There is no AOF: a restart loses what came after the last snapshot, if there are any.'
    return warn(says, means, todo)
  }
  const means =
    save === ''
      ? 'Neither AOF nor snapshots: a restart signs everybody out.'
      : 'Only snapshots: a restart undoes sign-ins and sign-outs since the last.'
  return warn(says, means, todo)
}

const LONGEST_LAG_S = 10

function replication(facts: Facts): Finding {
  const says = 'replication'
  if (facts.get('role') !== 'master') {
    const means = 'This is a replica: it takes no writes, and may not have heard of a sign-out yet.'
    return fail(says, means, 'Connect to its primary.')
  }
  const replicas = [...facts].filter(([name]) => /^slave\d+$/.test(name)).map(([, says]) => says)
  const behind = replicas.filter(
    (replica) =>
      !replica.includes('state=online') || Number(/lag=(-?\d+)/.exec(replica)?.[1]) > LONGEST_LAG_S,
  )
  if (behind.length > 0) {
    const means = `${behind.length} of ${replicas.length} replicas lag: a failover undoes sign-outs.`
    return warn(says, means, 'Look at the replicas and the network between.')
  }
  return ok(
    says,
    replicas.length === 0
      ? 'A primary without replicas: while it is away, nobody can be signed in.'
      : `A primary with ${count(replicas.length, 'replica')}, up to date within seconds.`,
  )
}

const PINGS = 100
const LONGEST_MS = 3000
const SLOW_MS = 10

async function checkLatency(node: Node): Promise<Finding> {
  try {
    return judged(await roundTrips(node))
  } catch (error) {
    const means = `PING fails, so it is not known how long a round trip takes: ${reasonOf(error)}.`
    return warn('latency', means, 'Run the doctor as a user with +ping.')
  }
}

async function roundTrips(node: Node): Promise<number[]> {
  const times: number[] = []
  const began = performance.now()
  while (times.length < PINGS && performance.now() - began < LONGEST_MS) {
    const sentAt = performance.now()
    await node.send('ping')
    times.push(performance.now() - sentAt)
  }
  return times
}

function judged(times: readonly number[]): Finding {
  const sorted = times.toSorted((one, other) => one - other)
  const median = sorted[Math.floor(times.length / 2)] ?? 0
  const [half, most] = [median, sorted.at(-1) ?? 0].map((ms) => ms.toFixed(1))
  const means = `A round trip takes ${half} ms (median of ${times.length}, ${most} at most).`
  if (median < SLOW_MS) return ok('latency', means)
  return warn('latency', means, 'Bring Redis nearer to the application.')
}

/** Sessions, and the password, are sent as the connection sends them. */
export function checkTransport({ host, path, tls }: Connection): Finding {
  if (tls !== false) return ok('transport', 'The connection is encrypted (TLS).')
  const isHere = path !== undefined || /^(localhost|127\.[\d.]+|::1)$/.test(host ?? '')
  if (isHere) return ok('transport', 'The connection does not leave this machine.')
  const means = `The connection to ${host} is not encrypted: who is on the way reads all of it.`
  return warn(
    'transport',
    means,
    'Use rediss://, or accept it in a network of your own (--accept transport).',
  )
}
