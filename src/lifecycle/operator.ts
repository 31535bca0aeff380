import { type SessionRecord, expiryOf } from '../record/record.ts'
import type { Tombstone } from '../record/tombstone.ts'
import { type ReadAnswer, type Store, isRecord, isTombstone } from '../store/store.ts'
import { type SessionsOf, revoke, sessionsOf } from './accounts.ts'
import { type Asking, type Engine, askingFor, storeNow, keyOf, storeTime } from './engine.ts'
import { readNow } from './epochs.ts'
import type { Revocation } from './listing.ts'
import { type Scanned, scan } from './scan.ts'
import { type ScannedSession, scannedOf } from './summary.ts'

/** What an operator's view asks and does, on behalf of a request. */
export interface Operator {
  /** The store that is asked: another one, where it is chosen per request, for other requests. */
  store(): Promise<Store>
  /** The store's time. */
  now(): Promise<number>
  scan(): AsyncIterable<Scanned>
  /** A session that lives, or what is left of one that was ended lately. */
  find(id: string): Promise<ScannedSession | Tombstone | undefined>
  of(principal: string): SessionsOf
  /** Answers whether it lived. */
  revoke(session: ScannedSession, revocation: Revocation): Promise<boolean>
}

export function operatorFor(engine: Engine, request: unknown): Operator {
  const asking = askingFor(engine, request)
  return {
    async store() {
      await storeTime(engine, asking)
      return (await asking.store) ?? engine.store
    },
    now: () => storeTime(engine, asking),
    scan: () => scan(engine, asking),
    find: (id) => find(engine, asking, id),
    of: (principal) => sessionsOf(engine, principal, request),
    revoke: ({ id, principal }, revocation) =>
      principal === null
        ? revoke(engine, id, request, revocation)
        : sessionsOf(engine, principal, request).revoke(id, revocation),
  }
}

async function find(
  engine: Engine,
  asking: Asking,
  id: string,
): Promise<ScannedSession | Tombstone | undefined> {
  await storeTime(engine, asking)
  const answer = await readNow(engine, asking, keyOf(engine, id))
  if (isTombstone(answer)) return answer
  return lives(answer, id, storeNow(engine, asking)) ? scannedOf(answer) : undefined
}

function lives(answer: ReadAnswer, id: string, now: number): answer is SessionRecord {
  return isRecord(answer) && answer.id === id && now < expiryOf(answer)
}
