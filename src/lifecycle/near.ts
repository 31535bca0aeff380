import type { VerifiedCredential } from '../cookie/credential.ts'
import type { SessionRecord } from '../record/record.ts'
import type { Visit } from '../session/visit.ts'
import type { ReadAnswer, Store } from '../store/store.ts'
import { type Engine, ask, bind, storeNow } from './engine.ts'
import { judge } from './judge.ts'

/**
 * What lies under a credential's key. Answers at once when the store's near cache may say it: it
 * may only accept, and only the current edition of the family it holds (PROTOCOL.md rule 22).
 */
export function readRecord(
  engine: Engine,
  visit: Visit,
  credential: VerifiedCredential,
  fresh: boolean,
): ReadAnswer | Promise<ReadAnswer> {
  const store = fresh ? undefined : bind(engine, visit)
  if (store instanceof Promise) {
    return store.then((bound) => heldOrRead(engine, visit, credential, bound))
  }
  return heldOrRead(engine, visit, credential, store)
}

function heldOrRead(
  engine: Engine,
  visit: Visit,
  credential: VerifiedCredential,
  store: Store | undefined,
): ReadAnswer | Promise<ReadAnswer> {
  const { key } = credential
  if (store?.near !== undefined) {
    const record = store.near.held(key)
    if (record !== undefined && mayUse(engine, visit, credential, store, record)) return record
  }
  const answer = ask(engine, visit, 'read', (bound) =>
    bound.near === undefined ? bound.read(key) : bound.near.read(key),
  )
  return engine.epochs === undefined ? answer : engine.epochs.applied(engine, visit, answer)
}

function mayUse(
  engine: Engine,
  visit: Visit,
  credential: VerifiedCredential,
  store: Store,
  record: SessionRecord,
): boolean {
  // Whether everything was revoked is asked now and then, along with a read.
  if (engine.epochs !== undefined && engine.epochs.isOver(store, record) !== false) return false
  return accepts(engine, visit, credential, record)
}

/** Whether a record that may be out of date says that this session can be used. */
export function accepts(
  engine: Engine,
  visit: Visit,
  credential: VerifiedCredential,
  record: SessionRecord,
): boolean {
  const now = storeNow(engine, visit)
  return (
    record.edition === credential.edition &&
    judge(engine.policy, record, credential, now) === record
  )
}
