import { hashFamily } from '../cookie/credential.ts'
import { randomWriteId } from '../cookie/random.ts'
import { findCookie } from '../cookie/read.ts'
import { DataError, StoreError, UsageError } from '../errors.ts'
import { publish } from '../events.ts'
import { LIMITS } from '../options/limits.ts'
import type { OldCookie, OldSession } from '../options/migration.ts'
import { type Data, setOwn } from '../session/changes.ts'
import { firstRecord } from '../session/merge.ts'
import type { Payload } from '../record/record.ts'
import { refuseReserved } from '../session/data.ts'
import { SessionState } from '../session/state.ts'
import type { Adoption, Visit } from '../session/visit.ts'
import { type ReadAnswer, type Store, isRecord } from '../store/store.ts'
import { type Engine, ask, keyOf, storeNow } from './engine.ts'
import { type Owner, writeData } from './payload.ts'

/** The genuine cookie of another library that this request carries, if any. Asks no store. */
export function oldCookieOf({ policy }: Engine, visit: Visit): OldCookie | undefined {
  const { cookieHeader, request } = visit
  if (policy.migrate === undefined || cookieHeader === undefined) return undefined
  const found = findCookie(cookieHeader, policy.migrate.cookieName)
  if (found === 'none') return undefined
  const cookie = found === 'duplicate' ? found : policy.migrate.verify(found.value)
  if (typeof cookie !== 'string') return cookie
  publish('rejected', { reason: cookie, request })
  return undefined
}

/**
 * The family of a record that stands in for the old one and counts for nothing yet. It is none that
 * a cookie can hold, so no cookie opens, and no touch reaches, such a record (docs/decisions/009).
 */
function provisionalHash(family: string): string {
  return hashFamily(`provisional ${family}`)
}

interface Found {
  readonly answer: ReadAnswer
  readonly adoption: Adoption
  /** Of what is to be opened, the provisional record or the session. */
  readonly familyHash: string
}

/**
 * What an old cookie opens: the session that took the old one's place, or a provisional record of
 * the old one. The old record is read first, as it goes last: where it is missing, whoever took it
 * over has finished.
 */
export async function findAdopted(engine: Engine, visit: Visit, cookie: OldCookie): Promise<Found> {
  const familyHash = hashFamily(cookie.family)
  const old = await readOld(engine, visit, cookie.key)
  const answer = await readNew(engine, visit, cookie.id)
  const made = answer === 'absent'
  const adoption = { key: cookie.key, familyHash, made }
  if (!isAbsent(answer, cookie)) return { answer, adoption, familyHash }
  if (old === undefined) return { answer: 'absent', adoption, familyHash }
  const standIn = made ? await standInFor(engine, visit, cookie, old) : answer
  return { answer: standIn, adoption, familyHash: provisionalHash(cookie.family) }
}

function isAbsent(answer: ReadAnswer, { family }: OldCookie): boolean {
  if (!isRecord(answer)) return answer === 'absent'
  return answer.familyHash === provisionalHash(family)
}

async function standInFor(
  engine: Engine,
  visit: Visit,
  { id, family }: OldCookie,
  stored: string,
): Promise<ReadAnswer> {
  let old: OldSession | undefined
  try {
    old = await engine.policy.migrate?.parse(stored)
  } catch {
    return 'undecodable'
  }
  if (old === undefined) return 'undecodable'
  const state = new SessionState(visit, { id, family })
  const { maxAgeMs } = old
  if (maxAgeMs !== null && Number.isFinite(maxAgeMs)) {
    const { min, max } = LIMITS.seconds
    const seconds = Math.min(max, Math.max(min, Math.ceil(maxAgeMs / 1000)))
    state.wishes = { timeoutMs: seconds * 1000, persistent: true }
  }
  const data = await storable(engine, withoutMembers(visit, old.data), state)
  if (data === undefined) return 'undecodable'
  const now = storeNow(engine, visit)
  const record = firstRecord(state, { writeId: randomWriteId(), now, data, flash: undefined })
  return { ...record, touchedAt: now, familyHash: provisionalHash(family) }
}

/** `undefined` for what cannot be kept here, such as data nested too deeply. */
async function storable(engine: Engine, data: Data, owner: Owner): Promise<Payload | undefined> {
  try {
    return await writeData(engine, data, owner)
  } catch (error) {
    if (error instanceof DataError) return undefined
    throw error
  }
}

/** A key that is the name of a session member cannot be data here. */
function withoutMembers({ session }: Visit, data: Data): Data {
  const kept: Data = {}
  for (const key of Object.keys(data)) {
    try {
      refuseReserved(session, [key])
      setOwn(kept, key, data[key])
    } catch (error) {
      if (!(error instanceof DataError)) throw error
      warnOfMember(key)
    }
  }
  return kept
}

const warned = new Set<string>()

function warnOfMember(key: string): void {
  if (warned.has(key)) return
  warned.add(key)
  process.emitWarning(
    `option migrate: ${key} is the name of a session member, so its value in the sessions taken ` +
      'over is left behind',
    { type: 'SojournWarning', code: 'SOJOURN_MIGRATE_MEMBER' },
  )
}

export async function readNew(engine: Engine, visit: Visit, id: string): Promise<ReadAnswer> {
  const answer = await ask(engine, visit, 'read', (store) => store.read(keyOf(engine, id)))
  if (typeof answer === 'string' || answer.id === id) return answer
  throw new StoreError('read', `the reply for session ${id} belongs to another one`)
}

export function readOld(engine: Engine, visit: Visit, key: string): Promise<string | undefined> {
  return ask(engine, visit, 'read', async (store) => foreign(store, 'readForeign')(key))
}

export async function removeOld(engine: Engine, visit: Visit, key: string): Promise<void> {
  await ask(engine, visit, 'remove', async (store) => foreign(store, 'removeForeign')(key))
}

/** The store chosen for a request may be another one than that which was checked. */
function foreign<M extends 'readForeign' | 'removeForeign'>(
  store: Store,
  method: M,
): NonNullable<Store[M]> {
  const found = store[method]?.bind(store) as NonNullable<Store[M]> | undefined
  if (found !== undefined) return found
  throw new UsageError(`option migrate needs a store with ${method}(), and for() gave one without`)
}
