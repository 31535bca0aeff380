import { randomWriteId } from '../cookie/random.ts'
import { SessionError, StoreError, UsageError } from '../errors.ts'
import { publish } from '../events.ts'
import { type SessionRecord, revisionOf } from '../record/record.ts'
import { remembersSince } from '../record/writes.ts'
import { Base } from '../session/base.ts'
import type { Draft } from '../session/draft.ts'
import { firstRecord } from '../session/merge.ts'
import type { SessionState, Unanswered } from '../session/state.ts'
import type { Visit } from '../session/visit.ts'
import { enlist, refuseEnded, stayListed, unlistFormer } from './enlist.ts'
import { expectedOf } from '../store/store.ts'
import { type Engine, ask, keyOf, storeTime } from './engine.ts'
import { mergeOnto } from './merged.ts'
import { mustTell, oweCookie, prolong } from './owed-cookie.ts'
import { writeDraft, writeFlash } from './payload.ts'
import { checkSize } from './size.ts'
import { takeOver } from './take-over.ts'
import { Writer } from './writer.ts'

const CREATE_TRIES = 8

const FORGOTTEN =
  'was sent again after its answer was lost, and so many other writes came in between that nobody ' +
  'can tell whether it was carried out'

/**
 * Stores a session that has no record yet, or does so again. A taken id is never written over;
 * another is tried.
 *
 * @throws {SessionError} `id_generator` when eight ids in a row are taken.
 */
export async function create(
  engine: Engine,
  state: SessionState,
  draft: Draft,
  again?: Unanswered,
): Promise<'created'> {
  const { visit } = state
  refuseAfterFirstByte(visit)
  const writeId = randomWriteId()
  const { signIn } = draft.wishes
  let base = again?.base
  for (let tries = 0; tries < CREATE_TRIES; tries++) {
    if (tries > 0) state.takeAnotherId()
    base ??= await firstBase(engine, state, draft, writeId)
    const { record } = base
    const key = keyOf(engine, record.id)
    state.unanswered = { draft, base, from: undefined }
    if (signIn !== undefined) await enlist(engine, state, signIn)
    const answer = await ask(engine, visit, 'create', (store) => store.create(key, record))
    state.unanswered = undefined
    if (answer === 'created') {
      state.settle(base, draft)
      publish('created', { id: record.id, request: visit.request })
      visit.invalidated = false
      oweCookie(engine, state)
      return 'created'
    }
    if (signIn !== undefined) await refuseEnded(engine, visit, key)
    base = undefined
  }
  const problem = `gave ${CREATE_TRIES} ids in a row that are taken; nothing was stored`
  throw new SessionError('id_generator', `idGenerator ${problem}`, { status: 500 })
}

async function firstBase(
  engine: Engine,
  state: SessionState,
  draft: Draft,
  writeId: string,
): Promise<Base> {
  const { signIn } = draft.wishes
  const owner = { id: state.id, principal: signIn?.principal ?? null }
  const entries = draft.flash.applyTo([])
  const data = await writeDraft(engine, draft, owner)
  const flash = await writeFlash(engine, entries, owner)
  checkSize(engine, state.visit, data, flash)
  const now = await storeTime(engine, state.visit)
  const record = firstRecord(state, { writeId, now, data, flash })
  return new Base(record, entries, draft.view, true)
}

/**
 * Writes what this request changed, or does so again. When another request wrote first, its record
 * comes back with the refusal, the changes are applied on top of that, and it is tried again.
 *
 * @throws {StoreError} when the store failed, or other writers kept winning for `storeTimeoutMs`.
 */
export async function replace(
  engine: Engine,
  state: SessionState,
  draft: Draft,
  again?: Unanswered,
): Promise<'saved' | 'gone'> {
  const { visit } = state
  const writeId = again === undefined ? randomWriteId() : revisionOf(again.base.record)
  const { signIn, family, timeoutMs } = draft.wishes
  if (family !== undefined) refuseAfterFirstByte(visit)
  let from = again?.from ?? (state.base as Base).record
  let next = again?.base
  const writer = new Writer(engine, visit)
  try {
    if (next === undefined && writer.meetsOthers(from)) from = await writer.turn(from)
    for (;;) {
      const wasSent = next !== undefined
      const merging = next ?? mergeOnto(engine, state, from, draft, writeId)
      const merged: Base | 'gone' = merging instanceof Promise ? await merging : merging
      if (merged === 'gone') return merged
      const { record } = merged
      state.unanswered = { draft, base: merged, from }
      if (signIn !== undefined) await enlist(engine, state, signIn)
      const answer = await offer(engine, state, from, record, wasSent)
      state.unanswered = undefined
      if (answer === 'gone') return answer
      if (answer === 'replaced') {
        writer.leave(record)
        state.settle(merged, draft)
        if (family !== undefined) {
          publish('rotated', { id: record.id, request: visit.request })
          oweCookie(engine, state)
        } else {
          if (mustTell(engine.policy, from, record)) visit.renewal = 'must'
          if (timeoutMs !== undefined) prolong(engine, state)
        }
        if (signIn !== undefined) await unlistFormer(engine, visit, from, signIn)
        return 'saved'
      }
      from = await writer.turn(answer)
      next = undefined
    }
  } finally {
    writer.leave()
  }
}

/**
 * Offers a record in place of the one it was made from. The answer is what became of it, or the
 * record that another request wrote first.
 *
 * @throws {StoreError} also when it was sent before, so many writes ago that nobody can tell whether
 *   it was carried out then (docs/decisions/029).
 */
export async function offer(
  engine: Engine,
  state: SessionState,
  from: SessionRecord,
  record: SessionRecord,
  wasSent = false,
): Promise<'replaced' | 'gone' | SessionRecord> {
  const { visit } = state
  if (visit.adoption !== undefined) {
    const taken = await takeOver(engine, visit, visit.adoption)
    return taken === 'gone' ? taken : (state.base as Base).record
  }
  const { id, familyHash } = from
  const listed = stayListed(engine, visit, record, from.touchedAt, record.touchedAt)
  if (listed !== undefined) await listed
  const expected = expectedOf(from)
  let times = wasSent ? 1 : 0
  const answer = await ask(engine, visit, 'replace', (store) => {
    times++
    return store.replace(keyOf(engine, id), expected, record)
  })
  if (answer.status === 'replaced') {
    publish('saved', { id, request: visit.request })
    if (record.edition > from.edition) {
      publish('rotated', { id, reason: 'renewed', request: visit.request })
    }
    // This repeats an earlier execution, and another request has rotated since: no cookie of mine.
    if (answer.familyHash !== record.familyHash) state.lose()
    return 'replaced'
  }
  if (answer.status === 'gone') return state.lose()
  const mayBeDone = times > 1 || answer.mayBeRepeated === true
  if (mayBeDone && !remembersSince(answer.record, from)) throw new StoreError('replace', FORGOTTEN)
  if (answer.record.familyHash !== familyHash) return state.lose()
  publish('conflict', { id, request: visit.request })
  return answer.record
}

/** PROTOCOL.md rule 15: what needs a cookie cannot happen once the headers have left. */
function refuseAfterFirstByte({ finished }: Visit): void {
  if (!finished) return
  throw new UsageError(
    'a session cannot be created or rotated after the response has begun: its cookie cannot be ' +
      'sent any more; do it before the first byte',
  )
}
