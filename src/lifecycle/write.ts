import { randomWriteId } from '../cookie/random.ts'
import { SessionError, StoreError } from '../errors.ts'
import { publish } from '../events.ts'
import { type SessionRecord, revisionOf } from '../record/record.ts'
import { type Data, applyChanges, setOwn } from '../session/changes.ts'
import type { Draft } from '../session/draft.ts'
import type { FlashEntry } from '../session/flash.ts'
import { firstRecord, nextRecord } from '../session/merge.ts'
import { Base } from '../session/base.ts'
import type { SessionState } from '../session/state.ts'
import { type Engine, ask, storeNow, storeTime } from './engine.ts'
import { mustTell, renewedLater } from './owed-cookie.ts'
import { decodeTheirs } from './contents.ts'
import { checkSize, readData, writeData, writeDraft, writeFlash } from './payload.ts'
import { enlist, refuseEnded } from './enlist.ts'
import { takeOver } from './take-over.ts'

const CREATE_TRIES = 8

/**
 * Stores a session that has no record yet. A taken id is never written over; another is tried.
 *
 * @throws {SessionError} `id_generator` when eight ids in a row are taken.
 */
export async function create(
  engine: Engine,
  state: SessionState,
  draft: Draft,
): Promise<'created'> {
  const { visit } = state
  const writeId = randomWriteId()
  const entries = draft.flash.applyTo([])
  for (let tries = 0; tries < CREATE_TRIES; tries++) {
    if (tries > 0) state.takeAnotherId()
    const { signIn } = draft.wishes
    const owner = { id: state.id, principal: signIn?.principal ?? null }
    const data = await writeDraft(engine, draft, owner)
    const flash = await writeFlash(engine, entries, owner)
    checkSize(engine, data, flash)
    const now = await storeTime(engine, visit)
    const record = firstRecord(state, { writeId, now, data, flash })
    const key = engine.policy.prefix + record.id
    if (signIn !== undefined) await enlist(engine, state, signIn)
    const answer = await ask(engine, visit, 'create', (store) => store.create(key, record))
    if (answer === 'taken') {
      if (signIn !== undefined) await refuseEnded(engine, visit, key)
      continue
    }
    state.settle(new Base(record, entries, draft.view, true), draft)
    publish('created', { id: record.id, request: visit.request })
    return 'created'
  }
  const problem = `gave ${CREATE_TRIES} ids in a row that are taken; nothing was stored`
  throw new SessionError('id_generator', `idGenerator ${problem}`, { status: 500 })
}

/**
 * Writes what this request changed. When another request wrote first, its record comes back with
 * the refusal, the changes are applied on top of that, and it is tried again.
 *
 * @throws {StoreError} when the store failed, or other writers kept winning for `storeTimeoutMs`.
 */
export async function replace(
  engine: Engine,
  state: SessionState,
  draft: Draft,
): Promise<'saved' | 'gone'> {
  const { visit } = state
  const base = state.base as Base
  const { id } = base.record
  const writeId = randomWriteId()
  const mayRetry = patience(engine)
  let theirs = base.record
  const { signIn } = draft.wishes
  for (;;) {
    const next = await mergeOnto(engine, state, theirs, draft, writeId)
    if (next === 'gone') return next
    const { record, flash, whole } = next
    if (signIn !== undefined) await enlist(engine, state, signIn)
    const answer = await offer(engine, state, theirs, record)
    if (answer === 'gone') return answer
    if (answer === 'replaced') {
      state.settle(new Base(record, flash, draft.view, whole), draft)
      if (draft.wishes.family !== undefined) publish('rotated', { id, request: visit.request })
      else if (mustTell(engine.policy, theirs, record)) visit.renewal = 'must'
      return 'saved'
    }
    theirs = answer
    mayRetry()
  }
}

/**
 * Offers a record in place of the one it was made from. The answer is what became of it, or the
 * record that another request wrote first.
 */
export async function offer(
  engine: Engine,
  state: SessionState,
  from: SessionRecord,
  record: SessionRecord,
): Promise<'replaced' | 'gone' | SessionRecord> {
  const { visit } = state
  if (visit.adoption !== undefined) {
    const taken = await takeOver(engine, visit, visit.adoption)
    return taken === 'gone' ? taken : (state.base as Base).record
  }
  const { id, familyHash } = from
  const expected = { revision: revisionOf(from), familyHash }
  const answer = await ask(engine, visit, 'replace', (store) =>
    store.replace(engine.policy.prefix + id, expected, record),
  )
  if (answer.status === 'replaced') {
    publish('saved', { id, request: visit.request })
    if (record.edition > from.edition) {
      publish('rotated', { id, reason: 'renewed', request: visit.request })
    }
    // This repeats an earlier execution, and another request has rotated since: no cookie of mine.
    if (answer.familyHash !== record.familyHash) state.lose()
    return 'replaced'
  }
  if (answer.status === 'gone' || answer.record.familyHash !== familyHash) return state.lose()
  publish('conflict', { id, request: visit.request })
  return answer.record
}

/** Bounds the retries of one write: they may take as long as one store operation. */
export function patience({ policy }: Engine): () => void {
  const until = performance.now() + policy.storeTimeoutMs
  return () => {
    if (performance.now() < until) return
    const problem = `other requests kept writing this session for ${policy.storeTimeoutMs} ms`
    throw new StoreError('replace', problem)
  }
}

interface Merged {
  readonly record: SessionRecord
  readonly flash: readonly FlashEntry[]
  readonly whole: boolean
}

/**
 * This request's changes on top of `theirs`. Payloads it did not change are kept as they lie, if
 * the built-in serializer made them. Any other may write them differently by now, with a new key
 * for example, so every write writes them anew.
 */
async function mergeOnto(
  engine: Engine,
  state: SessionState,
  theirs: SessionRecord,
  draft: Draft,
  writeId: string,
): Promise<Merged | 'gone'> {
  const base = state.base as Base
  const found = theirs === base.record ? undefined : await decodeTheirs(engine, state, theirs)
  if (found === 'gone') return found
  const { keep } = draft
  const anew = keep !== undefined || !engine.policy.serializer.builtIn
  const seenWhole = keep?.length === 0 || (theirs === base.record && base.whole)
  const { id, principal } = theirs
  const owner = { id, principal: draft.wishes.signIn?.principal ?? principal }
  let { data, flash } = theirs
  if (anew || draft.changesData) {
    const stored = seenWhole ? undefined : (found?.data ?? (await readData(engine, theirs)))
    data =
      stored === undefined
        ? await writeDraft(engine, draft, owner)
        : await writeData(engine, merged(engine, base, stored, draft), owner)
  }
  const shown = found?.base.flash ?? base.flash
  const entries = draft.flash.applyTo(keep === undefined ? shown : [])
  if (anew || draft.flash.changed) flash = await writeFlash(engine, entries, owner)
  checkSize(engine, data, flash)
  const now = storeNow(engine, state.visit)
  const next = nextRecord(state, theirs, draft.wishes, { writeId, now, data, flash })
  const must = mustTell(engine.policy, theirs, next)
  const record = must ? renewedLater(engine.policy, next, now) : next
  return { record, flash: entries, whole: seenWhole }
}

function merged(engine: Engine, base: Base, stored: Data, { changes, before, keep }: Draft): Data {
  const kept = keep === undefined ? stored : only(keep, stored)
  return applyChanges(kept, changes, before, {
    functions: engine.policy.merge,
    baseValue: (key) => base.value(key),
  })
}

function only(keys: readonly string[], data: Data): Data {
  const kept: Data = {}
  for (const key of keys) if (Object.hasOwn(data, key)) setOwn(kept, key, data[key])
  return kept
}
