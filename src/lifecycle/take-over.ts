import { randomTouchId, randomWriteId } from '../cookie/random.ts'
import { StoreError } from '../errors.ts'
import { publish } from '../events.ts'
import type { SessionRecord } from '../record/record.ts'
import { withWrite } from '../record/writes.ts'
import { Base } from '../session/base.ts'
import { stateOf } from '../session/session.ts'
import type { SessionState } from '../session/state.ts'
import type { Adoption, Visit } from '../session/visit.ts'
import { type ReadAnswer, type ReplaceAnswer, expectedOf, isRecord } from '../store/store.ts'
import { oldCookieOf, readNew, readOld, removeOld } from './adopt.ts'
import { type Engine, ask, keyOf } from './engine.ts'
import { oweCookie } from './owed-cookie.ts'
import { readFlash } from './payload.ts'
import { checkSize } from './size.ts'

/**
 * - `created`: this request put our session in the place of the other library's.
 * - `kept`: another one had done so before.
 * - `gone`: the session has ended meanwhile.
 */
export type TakenOver = 'created' | 'kept' | 'gone'

/** It is tried again only when other first requests come in between, and those are few. */
const TRIES = 8

/** Takes over the session that this request opened by an old cookie, ahead of any other write. */
export async function takeOver(
  engine: Engine,
  visit: Visit,
  adoption: Adoption,
): Promise<TakenOver> {
  const state = stateOf(visit.session)
  const { base } = state
  if (base === undefined || state.standing !== 'open') return 'gone'
  const taken = isUntaken(visit)
    ? await settle(engine, state, base, adoption)
    : await confirm(engine, visit, base)
  if (taken === 'gone') return state.lose()
  if (taken === 'created') publish('created', { id: base.record.id, request: visit.request })
  // Before anybody has our cookie: once that was signed out, the old one must open nothing.
  await removeOld(engine, visit, adoption.key)
  visit.adoption = undefined
  // The cookie of a rotation is owed once that is stored; that of an ended session, never.
  if (state.wishes.family === undefined && stateOf(visit.session) === state) {
    oweCookie(engine, state)
  }
  return taken
}

/** What this request has opened is an old session still: no request has taken it over yet. */
export function isUntaken({ adoption, session }: Visit): boolean {
  return adoption !== undefined && stateOf(session).base?.record.familyHash !== adoption.familyHash
}

/** No cookie without an answer of the store that the family still holds (PROTOCOL.md rule 6). */
async function confirm(engine: Engine, visit: Visit, { record }: Base): Promise<'kept' | 'gone'> {
  const { id, familyHash, edition } = record
  const nothing = { familyHash, edition, at: 0, active: false, writeId: randomTouchId() }
  const key = keyOf(engine, id)
  const { status } = await ask(engine, visit, 'touch', (store) => store.touch(key, nothing))
  return status === 'gone' ? status : 'kept'
}

/**
 * Stores a provisional record and makes it the session. It may, only if the old record was seen
 * after the very revision that is replaced: then no sign-out came before. However late a request
 * is, it brings back nothing that has ended (docs/decisions/009).
 */
async function settle(
  engine: Engine,
  state: SessionState,
  base: Base,
  { key: oldKey, familyHash, made }: Adoption,
): Promise<TakenOver> {
  const { visit } = state
  const { id } = base.record
  const key = keyOf(engine, id)
  const writeId = randomWriteId()
  let theirs = made ? await storeStandIn(engine, visit, base.record) : base.record
  for (let tries = 0; tries < TRIES; tries++) {
    const standIn = standInOf(theirs, base)
    if (standIn === undefined) return join(engine, state, base, theirs, familyHash)
    if ((await readOld(engine, visit, oldKey)) === undefined) {
      theirs = await readNew(engine, visit, id)
      if (standInOf(theirs, base) === undefined) continue
      await ask(engine, visit, 'remove', (store) => store.remove(key, null))
      return 'gone'
    }
    const settled = { ...standIn, writes: withWrite(standIn.writes, writeId), familyHash }
    const answer = await offerInPlaceOf(engine, visit, standIn, settled)
    if (answer.status === 'gone') return 'gone'
    if (answer.status === 'replaced') {
      // Another family, when the client repeats itself and somebody has rotated in between.
      const stored = { ...settled, familyHash: answer.familyHash }
      const joined = await join(engine, state, base, stored, familyHash)
      return joined === 'kept' ? 'created' : joined
    }
    theirs = answer.record
  }
  throw new StoreError('replace', `other requests changed this session ${TRIES} times in a row`)
}

/** Every time it is another revision: an earlier one may have ended since somebody saw it. */
async function storeStandIn(
  engine: Engine,
  visit: Visit,
  standIn: SessionRecord,
): Promise<ReadAnswer> {
  const { id, data, flash } = standIn
  const record = { ...standIn, writes: [randomWriteId()] }
  const key = keyOf(engine, id)
  checkSize(engine, visit, data, flash)
  const answer = await ask(engine, visit, 'create', (store) => store.create(key, record))
  return answer === 'created' ? record : readNew(engine, visit, id)
}

/** A provisional record: mine, or that of another request for the same old session. */
function standInOf(answer: ReadAnswer, { record }: Base): SessionRecord | undefined {
  if (!isRecord(answer)) return undefined
  return answer.familyHash === record.familyHash ? answer : undefined
}

function offerInPlaceOf(
  engine: Engine,
  visit: Visit,
  theirs: SessionRecord,
  settled: SessionRecord,
): Promise<ReplaceAnswer> {
  const expected = expectedOf(theirs)
  return ask(engine, visit, 'replace', (store) =>
    store.replace(keyOf(engine, theirs.id), expected, settled),
  )
}

/** This request goes on with the session; its changes stay measured against what it has read. */
async function join(
  engine: Engine,
  state: SessionState,
  { record, view }: Base,
  answer: ReadAnswer,
  familyHash: string,
): Promise<'kept' | 'gone'> {
  if (!isRecord(answer) || answer.familyHash !== familyHash) return 'gone'
  const flash = await readFlash(engine, answer)
  state.base = new Base(answer, flash, view, answer.data === record.data)
  return 'kept'
}

/**
 * Ends what the old cookie of this request stands for, ahead of our session: in between, nobody
 * may take it over again.
 */
export async function endOld(engine: Engine, visit: Visit): Promise<void> {
  const cookie = oldCookieOf(engine, visit)
  if (cookie === undefined) return
  await removeOld(engine, visit, cookie.key)
  visit.adoption = undefined
}
