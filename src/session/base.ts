import { type Pristine, copyOf, pristineOf } from '../record/plain.ts'
import { type SessionRecord, withMemo } from '../record/record.ts'
import { decode, encodeComparable, isTagged } from '../record/serialize.ts'
import { type Data, type Snapshot, snapshotOf } from './changes.ts'
import type { FlashEntry } from './flash.ts'

/** The data as this request saw or wrote them last, to find its changes against. */
export type View = TextView | { readonly snapshot: Snapshot }

interface TextView {
  readonly text: string
  /** `undefined` where the text holds tags. */
  readonly pristine: Pristine | undefined
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

/** Spares whoever reads this record next to decode what the view shows already. */
export function rememberIn(record: SessionRecord, view: View): void {
  if ('text' in view && view.text === record.data) {
    withMemo(record, { text: view.text, pristine: view.pristine })
  }
}

/** The view of data as they are now. */
export function viewOf(data: Data): View {
  const text = encodeComparable(data)
  if (text === undefined) return { snapshot: snapshotOf(data) }
  if (isTagged(text)) return { text, pristine: undefined }
  return { text, pristine: { ...pristineOf(data), data: copyOf(data) } }
}
