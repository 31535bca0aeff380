import { once } from 'node:events'
import { ID } from '../cookie/credential.ts'
import { type Arguments, limitOf } from './arguments.ts'
import type { Node } from './nodes.ts'
import { pairs } from './replies.ts'
import { pattern } from '../store/redis/scan.ts'
import { readKey } from './scan.ts'
import { subscribe } from './subscribe.ts'
import type { Result, Task } from './task.ts'
import { clean, iso } from '../words.ts'

interface SessionEvent {
  readonly event: 'created' | 'changed' | 'shortened' | 'ended' | 'expired' | 'evicted'
  readonly principal?: string | null
  /** What was given as the reason of a revocation. */
  readonly reason?: string
}

const NOTE = {
  all: 'all that is written, ends and expires (keyspace notifications are on)',
  ends:
    'sessions that are ended or shortened; for those created, changed and expired too, set ' +
    'notify-keyspace-events to Kg$xe, which costs Redis some work for every write',
}

/** Prints what happens to sessions, an event a line, until it is interrupted. */
export function watch(args: Arguments): (task: Task) => Promise<Result> {
  const most = limitOf(args, Number.POSITIVE_INFINITY)
  return (task) => follow(task, most, args.options.json === true)
}

async function follow(task: Task, most: number, json: boolean): Promise<Result> {
  const { redis, prefix } = task
  const notified = (await Promise.all(redis.masters.map(notifies))).every(Boolean)
  const before = notified ? `__keyspace@${redis.db}__:` : ''
  const eventOf = notified ? writtenEvents(task) : endEvents(task)
  const ending = new AbortController()
  const over = once(ending.signal, 'abort')
  const stop = () => ending.abort()
  process.once('SIGINT', stop).once('SIGTERM', stop)
  let printed = 0
  let failure: { readonly error: unknown } | undefined
  let work = Promise.resolve()

  async function tell(id: string, message: string): Promise<void> {
    const event = await eventOf(id, message)
    if (event === undefined || printed >= most) return
    process.stdout.write(line(id, event, json))
    if (++printed >= most) stop()
  }

  function hear(channel: string, message: string): void {
    const key = channel.slice(before.length)
    const id = key.slice(prefix.length)
    if (!key.startsWith(prefix) || !ID.test(id)) return
    work = work.then(() => tell(id, message)).catch(failed)
  }

  function failed(error: unknown): void {
    failure ??= { error }
    stop()
  }

  // What a script publishes is heard on every node of a cluster; notifications are not.
  const nodes = notified ? redis.masters : redis.masters.slice(0, 1)
  const subscribed = await subscribe(nodes, pattern(before + prefix), hear, tellInterrupted)
  process.stderr.write(`watching ${clean(prefix)}*: ${notified ? NOTE.all : NOTE.ends}\n`)
  await over
  await work
  await subscribed.close()
  if (failure !== undefined) throw failure.error
  return { text: '', json: undefined, code: 0 }
}

function tellInterrupted(name: string): void {
  process.stderr.write(`sojourn: the connection to ${name} is lost; events are missed\n`)
}

/** Whether Redis tells of every write. Nobody but its operator turns that on: it costs. */
async function notifies(node: Node): Promise<boolean> {
  const reply = await node.send('config', 'get', 'notify-keyspace-events').catch(() => [])
  const flags = pairs(reply).get('notify-keyspace-events') ?? ''
  const has = (letter: string) => flags.includes(letter) || flags.includes('A')
  return flags.includes('K') && ['g', '$', 'x', 'e'].every(has)
}

type EventOf = (id: string, message: string) => Promise<SessionEvent | undefined>

/** What keyspace notifications say; the record says the rest. */
function writtenEvents({ redis, prefix }: Task): EventOf {
  const revoked = new Set<string>()
  return async (id, message) => {
    if (message === 'del') return { event: 'ended' }
    if (message === 'evicted') return { event: 'evicted' }
    // What expires may be the reason of a revocation, which is no longer kept.
    if (message === 'expired') return revoked.delete(id) ? undefined : { event: 'expired' }
    if (message !== 'set') return undefined
    const found = await readKey(redis, id, prefix)
    if (found?.kind === 'ended') {
      revoked.add(id)
      return { event: 'ended', reason: found.tombstone.ended.reason }
    }
    if (found?.kind !== 'session') return undefined
    const { principal, writes } = found.record
    return { event: writes.length === 1 ? 'created' : 'changed', principal }
  }
}

/** What the scripts publish on the channel that has the key's name. */
function endEvents({ redis, prefix }: Task): EventOf {
  return async (id, message) => {
    if (message === 'earlier') return { event: 'shortened' }
    if (message !== 'ended') return undefined
    const found = await readKey(redis, id, prefix)
    if (found?.kind !== 'ended') return { event: 'ended' }
    return { event: 'ended', reason: found.tombstone.ended.reason }
  }
}

function line(id: string, { event, principal, reason }: SessionEvent, json: boolean): string {
  const at = iso(Date.now())
  if (json) return `${JSON.stringify({ at, event, id, principal, reason })}\n`
  const more = [principal ?? undefined, reason].filter((part) => part !== undefined).map(clean)
  return `${at}  ${event.padEnd(9)}  ${[id, ...more].join('  ')}\n`
}
