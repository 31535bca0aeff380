import { ID } from '../../cookie/credential.ts'
import { StoreError } from '../../errors.ts'
import type { SessionRecord } from '../../record/record.ts'
import { parseRecord } from '../../record/record-format.ts'
import { type Tombstone, parseTombstone } from '../../record/tombstone.ts'
import type { ScanStep } from '../store.ts'
import { isErrorReply } from './failure.ts'
import type { Port } from './port.ts'

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

/** One server that is scanned: a Redis that stands alone, or a master of a cluster. */
export interface Scanned {
  /** What the keys begin with there. */
  readonly prefix: string
  scan(...args: string[]): Promise<unknown>
  /** The reply to a GET of the key with this id. */
  get(id: string): Promise<unknown>
}

/** Keys Redis looks at in one step, and values that are in memory at once, about. */
export const SCAN_STEP = 200

/** Looks at everything under the prefix, in small steps that hold nobody up. It writes nothing. */
export async function* scanServer(server: Scanned): AsyncGenerator<readonly Found[]> {
  const options = ['match', pattern(server.prefix), 'count', String(SCAN_STEP)]
  let cursor = '0'
  do {
    const [next, keys] = (await server.scan(cursor, ...options)) as [unknown, readonly unknown[]]
    cursor = String(next)
    const rests = new Set(keys.map((key) => String(key).slice(server.prefix.length)))
    const found = await Promise.all([...rests].map((rest) => look(server, rest)))
    yield found.filter((each) => each !== undefined)
  } while (cursor !== '0')
}

/** What begins with the prefix, in which no character is a wildcard. */
export function pattern(prefix: string): string {
  return `${prefix.replaceAll(/[*?[\]\\^]/g, String.raw`\$&`)}*`
}

async function look(server: Scanned, rest: string): Promise<Found | undefined> {
  if (rest.startsWith('of:')) return { kind: 'list' }
  if (rest === ':epoch') return undefined
  if (!ID.test(rest)) return { kind: 'foreign' }
  return found(rest, await server.get(rest).catch(unlessWrongType))
}

/** What the reply to a GET of the key with this id says; `undefined` for nothing. */
export function found(id: string, value: unknown): Found | undefined {
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

export function unlessWrongType(error: unknown): 'another type' {
  if (isErrorReply(error, 'WRONGTYPE')) return 'another type'
  throw error
}

/** The servers behind a client. Their values are read through it, wherever their slots go. */
export function scannedThrough(port: Port, prefix: string): Scanned[] {
  const servers = port.servers()
  if (servers.length === 0)
    throw new StoreError('scan', 'the client knows no server that it can ask')
  return servers.map((scan) => ({
    prefix: port.keyPrefix + prefix,
    scan: (...args) => scan(args),
    get: (id) => port.get(prefix + id),
  }))
}

export function recordsIn(all: readonly Found[]): ScanStep {
  const sessions = all.filter((each) => each.kind === 'session')
  return { keys: SCAN_STEP, records: sessions.map(({ record }) => record) }
}
