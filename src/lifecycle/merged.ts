import { memoOf, withMemo } from '../record/memo.ts'
import type { SessionRecord } from '../record/record.ts'
import { Base } from '../session/base.ts'
import { type Data, applyChanges, setOwn } from '../session/changes.ts'
import type { Draft } from '../session/draft.ts'
import { nextRecord } from '../session/merge.ts'
import type { SessionState } from '../session/state.ts'
import { decodeTheirs } from './contents.ts'
import { type Engine, storeNow } from './engine.ts'
import { mustTell, renewedLater } from './owed-cookie.ts'
import { readData, writeData, writeDraft, writeFlash } from './payload.ts'
import { checkSize } from './size.ts'

/**
 * The base there will be once this request's changes are stored on top of `theirs`. Payloads it did
 * not change are kept as they lie, if the built-in serializer made them. Any other may write them
 * differently by now, with a new key for example, so every write writes them anew.
 */
export async function mergeOnto(
  engine: Engine,
  state: SessionState,
  theirs: SessionRecord,
  draft: Draft,
  writeId: string,
): Promise<Base | 'gone'> {
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
    const written =
      stored === undefined
        ? writeDraft(engine, draft, owner)
        : writeData(engine, merged(engine, base, stored, draft), owner)
    data = written instanceof Promise ? await written : written
  }
  const shown = found?.base.flash ?? base.flash
  const entries = draft.flash.applyTo(keep === undefined ? shown : [])
  if (anew || draft.flash.changed) flash = await writeFlash(engine, entries, owner)
  checkSize(engine, state.visit, data, flash)
  const now = storeNow(engine, state.visit)
  const next = nextRecord(state, theirs, draft.wishes, { writeId, now, data, flash })
  const must = mustTell(engine.policy, theirs, next)
  const record = must ? renewedLater(engine.policy, next, now) : next
  const { view } = draft
  // What is known of the text is known of the record, if such records are kept.
  if ('text' in view && view.text === data && memoOf(theirs)) withMemo(record, view.memo)
  return new Base(record, entries, view, seenWhole)
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
