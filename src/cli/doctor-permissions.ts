import { EventEmitter, once } from 'node:events'
import { randomId, randomTouchId, randomWriteId } from '../cookie/random.ts'
import { NOBODY } from '../record/identity.ts'
import type { SessionRecord } from '../record/record.ts'
import { subscriberOf } from '../store/redis/subscriber.ts'
import { type Store, expectedOf } from '../store/store.ts'
import { type Check, type Finding, fail, ok, warn } from './finding.ts'
import { type Node, type Redis, inTime, reasonOf } from './nodes.ts'

/** Whatever goes wrong, what is tried is gone after this. */
const LIFE_MS = 60_000
const HEARD_WITHIN_MS = 2000
const PUBLISH = "return redis.call('PUBLISH', KEYS[1], ARGV[1])"

const REMEDY = 'Give this user what docs/redis.md lists under Permissions.'

/** Does what a session's life does, on keys of its own, and takes them away. */
export async function checkPermissions(redis: Redis, prefix: string): Promise<Finding[]> {
  const id = `doctor-${randomId()}`
  return [
    await trying('sessions', fail, 'Sessions can be stored, read, changed and ended.', () =>
      liveOnce(redis.store, prefix, id),
    ),
    await trying(
      'accounts',
      warn,
      'signIn() can keep lists of sessions, and revocations work.',
      () => listOnce(redis, prefix, `${id}-list`),
    ),
    await trying('watching', warn, 'Ends of sessions can be told at once.', () =>
      hearOnce(redis, `${prefix}${id}-watch`),
    ),
  ]
}

async function trying(
  check: Permission,
  level: typeof fail,
  fine: string,
  life: () => Promise<void>,
): Promise<Finding> {
  try {
    await life()
    return ok(check, fine)
  } catch (error) {
    return level(check, `${MEANS[check]}: ${reasonOf(error)}.`, REMEDY)
  }
}

const MEANS = {
  sessions: 'Sessions do not work for this user',
  accounts: 'signIn() and revocations do not work for this user',
  watching: 'watch() learns of ends by reading every 500 ms, which costs more',
} satisfies Partial<Record<Check, string>>

type Permission = keyof typeof MEANS

async function liveOnce(store: Store, prefix: string, id: string): Promise<void> {
  const key = prefix + id
  const record = recordOf(id, store.now())
  try {
    expect('create', await store.create(key, record), 'created')
    const found = await store.read(key)
    expect('read', typeof found === 'object' && found.id, id)
    const [revision = ''] = record.writes
    const { familyHash, touchedAt, edition } = record
    const changed = { ...record, writes: [randomWriteId(), revision], data: '{"a":1}' }
    const replaced = await store.replace(key, expectedOf(record), changed)
    expect('replace', replaced.status, 'replaced')
    const touch = { familyHash, edition, at: touchedAt + 1, active: true, writeId: randomTouchId() }
    expect('touch', (await store.touch(key, touch)).status, 'touched')
    expect('remove', await store.remove(key, null), 'removed')
  } catch (error) {
    await store.removeForeign?.(key).catch(() => {})
    throw error
  }
}

async function listOnce({ store, send }: Redis, prefix: string, id: string): Promise<void> {
  const [list, key, at] = [`${prefix}of:${id}`, prefix + id, Math.trunc(store.now())]
  const member = `${id}.${at}`
  const tombstone = { id, ended: { reason: 'doctor', at } }
  try {
    const listing = { member, until: at + LIFE_MS, instead: undefined, atMost: 3 }
    expect('enlist', await store.enlist?.(list, listing), 'listed')
    expect('listed', (await store.listed?.(list))?.join(), member)
    await store.create(key, recordOf(id, at))
    const whose = { principal: undefined, evenAbsent: false }
    const ending = { ...whose, tombstone, forMs: LIFE_MS, writeId: 'doctor' }
    expect('end', await store.end?.(key, ending), 'ended')
  } finally {
    await store.delist?.(list, [member]).catch(() => {})
    await send(['del', key]).catch(() => {})
  }
}

/** As the feed does: it hears what a script publishes on the channel that has a key's name. */
async function hearOnce(redis: Redis, key: string): Promise<void> {
  const ear = new EventEmitter()
  const hearer = { heard: () => void ear.emit('heard'), interrupted: () => undefined }
  const subscriber = subscriberOf((redis.masters[0] as Node).client)?.(hearer)
  if (subscriber === undefined) throw new Error('the client cannot subscribe')
  try {
    await inTime(subscriber.subscribe(key))
    const heard = inTime(once(ear, 'heard'), HEARD_WITHIN_MS)
    heard.catch(() => {})
    await redis.send(['eval', PUBLISH, '1', key, 'beat'])
    await heard
  } finally {
    await subscriber.close()
  }
}

function recordOf(id: string, now: number): SessionRecord {
  const at = Math.trunc(now)
  return {
    id,
    writes: [randomWriteId()],
    familyHash: randomId(),
    edition: 0,
    promotedAt: at,
    createdAt: at,
    touchedAt: at,
    timeoutMs: LIFE_MS,
    touchIntervalMs: 0,
    deadline: at + LIFE_MS,
    persistent: false,
    csrfNonce: '',
    ...NOBODY,
    data: '{}',
    flash: undefined,
  }
}

function expect(operation: string, answer: unknown, right: unknown): void {
  if (answer !== right) throw new Error(`${operation} answered ${String(answer)}`)
}
