import { memoOf, withMemo } from '../record/memo.ts'
import type { Payload, SessionRecord } from '../record/record.ts'
import { Base } from '../session/base.ts'
import { type Data, applyChanges, setOwn } from '../session/changes.ts'
import type { Draft } from '../session/draft.ts'
import { type Written, nextRecord } from '../session/merge.ts'
import type { SessionState } from '../session/state.ts'
import { type Contents, decodeTheirs } from './contents.ts'
import { type Engine, storeNow } from './engine.ts'
import { mustTell, renewedLater } from './owed-cookie.ts'
import { type Owner, readData, writeData, writeDraft, writeFlash } from './payload.ts'
import { checkSize } from './size.ts'

/**
 * The base there will be once this request's changes are stored on top of `theirs`. Payloads it did
 * not change are kept as they lie, if the built-in serializer made them. Any other may write them
 * differently by now, with a new key for example, so every write writes them anew. Answers at once
 * when there is nothing to wait for, which is most writes.
 */
export function mergeOnto(
  engine: Engine,
  state: SessionState,
  theirs: SessionRecord,
  draft: Draft,
  writeId: string,
): Base | Promise<Base | 'gone'> {
  if (theirs === state.base?.record) return merge(engine, state, { record: theirs }, draft, writeId)
  return decodeTheirs(engine, state, theirs).then((found) =>
    found === 'gone' ? found : merge(engine, state, { record: theirs, found }, draft, writeId),
  )
}

/** What is merged onto. */
interface Theirs {
  readonly record: SessionRecord
  /** Where it is not the record that this request has read. */
  readonly found?: Contents
}

function merge(
  engine: Engine,
  state: SessionState,
  theirs: Theirs,
  draft: Draft,
  writeId: string,
): Base | Promise<Base> {
  const { record, found } = theirs
  const base = state.base as Base
  const { keep } = draft
  const anew = keep !== undefined || !engine.policy.serializer.builtIn
  const owner = { id: record.id, principal: draft.wishes.signIn?.principal ?? record.principal }
  const seenWhole = keep?.length === 0 || (found === undefined && base.whole)
  const entries = draft.flash.applyTo(keep === undefined ? (found?.base.flash ?? base.flash) : [])

  let newData: Payload | Promise<Payload> = record.data
  if (anew || draft.changesData) {
    newData = seenWhole
      ? writeDraft(engine, draft, owner)
      : writeMerged(engine, base, theirs, draft, owner)
  }
  const newFlash = anew || draft.flash.changed ? writeFlash(engine, entries, owner) : record.flash

  const next = (data: Payload, flash: Payload | undefined) => {
    checkSize(engine, state.visit, data, flash)
    const written = { writeId, now: storeNow(engine, state.visit), data, flash }
    return new Base(nextOf(engine, state, record, draft, written), entries, draft.view, seenWhole)
  }
  return newData instanceof Promise || newFlash instanceof Promise
    ? Promise.all([newData, newFlash]).then((payloads) => next(...payloads))
    : next(newData, newFlash)
}

function nextOf(
  engine: Engine,
  state: SessionState,
  theirs: SessionRecord,
  { wishes, view }: Draft,
  written: Written,
): SessionRecord {
  const next = nextRecord(state, theirs, wishes, written)
  const must = mustTell(engine.policy, theirs, next)
  const record = must ? renewedLater(engine.policy, next, written.now) : next
  // What is known of the text is known of the record, if such records are kept.
  if ('text' in view && view.text === written.data && memoOf(theirs)) withMemo(record, view.memo)
  return record
}

async function writeMerged(
  engine: Engine,
  base: Base,
  { record, found }: Theirs,
  draft: Draft,
  owner: Owner,
): Promise<Payload> {
  const stored = found?.data ?? (await readData(engine, record))
  return writeData(engine, merged(engine, base, stored, draft), owner)
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
