import { type Memo, afterEdits, emptyMemo } from '../record/memo.ts'
import type { Edit } from '../record/outline.ts'
import type { SessionRecord } from '../record/record.ts'
import { decode, encodeComparable } from '../record/serialize.ts'
import { type Data, type Snapshot, snapshotOf } from './changes.ts'
import type { FlashEntry } from './flash.ts'

/** The data as this request saw or wrote them last, to find its changes against. */
export type View = TextView | { readonly snapshot: Snapshot }

interface TextView {
  readonly text: string
  readonly keys: readonly string[]
  /** Has an outline only where the data are plain, and were read or edited. */
  readonly memo: Memo
}

/** The stored session a request's changes are measured against. */
export class Base {
  readonly record: SessionRecord
  readonly flash: readonly FlashEntry[]
  readonly view: View
  /** The record holds just what the view shows; `false` once other requests' keys were merged in. */
  readonly whole: boolean
  #snapshot: Snapshot | undefined

  constructor(record: SessionRecord, flash: readonly FlashEntry[], view: View, whole: boolean) {
    this.record = record
    this.flash = flash
    this.view = view
    this.whole = whole
  }

  get snapshot(): Snapshot {
    this.#snapshot ??=
      'text' in this.view ? snapshotOf(decode(this.view.text) as Data) : this.view.snapshot
    return this.#snapshot
  }

  /** The value a key had for this request before it changed it. */
  value(key: string): unknown {
    const text = this.snapshot.get(key)
    return text === undefined ? undefined : decode(text)
  }
}

/** The view of data as they are now. */
export function viewOf(data: Data): View {
  const text = encodeComparable(data)
  if (text === undefined) return { snapshot: snapshotOf(data) }
  return { text, keys: Object.keys(data), memo: emptyMemo() }
}

/** The view of data that are as another view shows them, but for some edits. */
export function viewAfter(edits: readonly Edit[], before: View, data: Data): View {
  if (edits.length === 0) return before
  if (!('text' in before)) return viewOf(data)
  const edited = afterEdits(before.memo, edits, data)
  return edited === undefined
    ? viewOf(data)
    : { text: edited.text, keys: before.keys, memo: edited.memo }
}
