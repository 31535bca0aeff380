import { type Edit, type Outline, sketchOf } from './outline.ts'
import type { Plain } from './plain.ts'
import { isPlain } from './serialize.ts'
import { isPlainScalar } from './serialize-survey.ts'

/**
 * What was found out about the data of a record, if they are plain, so that it need not be found out
 * again. Nobody changes what is in it.
 */
export interface Memo {
  outline: Outline | undefined
  data: Plain | undefined
  /** The text of each property, `"key":value`; known of data that were written. */
  properties: readonly string[] | undefined
}

export function emptyMemo(): Memo {
  return { outline: undefined, data: undefined, properties: undefined }
}

/** A class that extends it puts its private fields on what it is given. */
const Given = function (record: object) {
  return record
} as unknown as new (record: object) => object

class Noted extends Given {
  readonly #memo: Memo

  constructor(record: object, memo: Memo) {
    super(record)
    this.#memo = memo
  }

  static memoOf(record: object): Memo | undefined {
    return #memo in record ? record.#memo : undefined
  }
}

/**
 * Gives a record that is kept to be read again a memo, once, and is that record. It does not show,
 * and is not copied along: a copy is another record.
 */
export function withMemo<R extends object>(record: R, memo: Memo = emptyMemo()): R {
  // A property that does not show would take several times as long.
  return new Noted(record, memo) as unknown as R
}

export function memoOf(record: object): Memo | undefined {
  return Noted.memoOf(record)
}

/** The text of edited data, and what is known of them thereby. */
export interface Edited {
  readonly text: string
  readonly memo: Memo
}

/**
 * Writes data anew of which some properties have other values; `undefined` where they are more than
 * plain. Only those are written, if this process has read the data more than once: until then it is
 * quicker to write them all.
 */
export function afterEdits(
  { outline, data: kept, properties: known }: Memo,
  edits: readonly Edit[],
  data: Plain,
): Edited | undefined {
  if (outline === undefined || !arePlain(edits, data)) return undefined
  const values = outline.values.slice()
  const properties = kept && (known?.slice() ?? propertiesOf(data))
  const next = kept && { ...kept }
  for (const { key, nth } of edits) {
    const value = data[key]
    // A getter that says something else each time.
    if (value === undefined) return undefined
    const text = JSON.stringify(value)
    const own = ownOf(value, text)
    values[nth] = sketchOf(own)
    if (properties !== undefined) properties[nth] = propertyOf(key, text)
    if (next !== undefined) next[key] = own
  }
  return {
    text: properties === undefined ? JSON.stringify(data) : `{${properties.join(',')}}`,
    memo: { outline: { keys: outline.keys, values }, data: next, properties },
  }
}

/**
 * Whether the data are plain still, but for the keys, which are as they were. What seems unchanged
 * may be an object that lies elsewhere in the data too, in place of one like it: to put an equal
 * value in is no change.
 */
function arePlain(edits: readonly Edit[], data: Plain): boolean {
  return edits.every(({ key }) => isPlainScalar(data[key])) || isPlain(data)
}

/** What is stored, and nobody else has. */
function ownOf(value: unknown, text: string): unknown {
  return typeof value === 'object' && value !== null ? (JSON.parse(text) as unknown) : value
}

function propertiesOf(data: Plain): string[] {
  return Object.keys(data).map((key) => propertyOf(key, JSON.stringify(data[key])))
}

function propertyOf(key: string, text: string): string {
  return `${JSON.stringify(key)}:${text}`
}
