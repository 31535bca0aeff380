import { type SessionRecord, parseRecord } from '../record/record.ts'
import { type Tombstone, parseTombstone } from '../record/tombstone.ts'
import { isErrorReply } from '../store/redis/failure.ts'
import type { Node, Redis } from './nodes.ts'

/** What lies under a key that begins with the prefix. */
export type Found =
  | { readonly kind: 'session'; readonly record: SessionRecord; readonly bytes: number }
  | { readonly kind: 'ended'; readonly tombstone: Tombstone }
  /** A list of somebody's sessions. */
  | { readonly kind: 'list' }
  /** A record of a later format. */
  | { readonly kind: 'newer' }
  /** Something that is not ours. */
  | { readonly kind: 'foreign' }

/** Keys Redis looks at in one step, and values that are in memory at once. */
const STEP = 200

/**
 * Looks at everything under the prefix, on every master, in small steps that hold nobody up. It
 * writes nothing. What is created or ends meanwhile may be found or not.
 */
export async function* scan(
  redis: Redis,
  prefix: string,
  looked: (keys: number, ofAll: number) => void,
): AsyncGenerator<Found> {
  const sizes = await Promise.all(redis.masters.map((node) => node.send('dbsize').then(Number)))
  const all = sizes.reduce((sum, size) => sum + size, 0)
  let keys = 0
  for (const node of redis.masters) {
    let cursor = '0'
    do {
      const reply = await node.send('scan', cursor, 'match', pattern(prefix), 'count', String(STEP))
      const [next, found] = reply as [Buffer, Buffer[]]
      cursor = String(next)
      keys += STEP
      looked(Math.min(keys, all), all)
      for (const each of await Promise.all(found.map((key) => look(redis, node, prefix, key)))) {
        if (each !== undefined) yield each
      }
    } while (cursor !== '0')
  }
}

/** What begins with the prefix, in which no character is a wildcard. */
export function pattern(prefix: string): string {
  return `${prefix.replaceAll(/[*?[\]\\^]/g, String.raw`\$&`)}*`
}

async function look(
  redis: Redis,
  node: Node,
  prefix: string,
  key: Buffer,
): Promise<Found | undefined> {
  const rest = key.toString('latin1').slice(prefix.length)
  if (rest.startsWith('of:')) return { kind: 'list' }
  return readKey(redis, rest, key, node)
}

/** What lies under a key; `undefined` for nothing. */
export async function readKey(
  redis: Redis,
  id: string,
  key: string | Buffer,
  node?: Node,
): Promise<Found | undefined> {
  const value = await redis.send(['get', key], node).catch(unlessWrongType)
  if (value === null) return undefined
  if (!Buffer.isBuffer(value)) return { kind: 'foreign' }
  const record = parseRecord(value)
  if (record === 'newer') return { kind: 'newer' }
  if (record !== 'undecodable') {
    return record.id === id ? { kind: 'session', record, bytes: value.length } : { kind: 'foreign' }
  }
  const tombstone = parseTombstone(value)
  return tombstone?.id === id ? { kind: 'ended', tombstone } : { kind: 'foreign' }
}

function unlessWrongType(error: unknown): 'another type' {
  if (isErrorReply(error, 'WRONGTYPE')) return 'another type'
  throw error
}
