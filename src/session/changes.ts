import { encodeComparable } from '../record/serialize.ts'
import type { MergeFunction } from '../options/options.ts'

export type Data = Record<string, unknown>

/**
 * Each top-level value as text of the built-in codec, to see later whether it changed;
 * `undefined` for a value that codec cannot encode, which counts as changed.
 */
export type Snapshot = ReadonlyMap<string, string | undefined>

/** What a request did to the data: `undefined` stands for a deleted key. */
export type Changes = ReadonlyMap<string, unknown>

export function snapshotOf(data: Data): Snapshot {
  const snapshot = new Map<string, string | undefined>()
  for (const key of Object.keys(data)) {
    if (data[key] !== undefined) snapshot.set(key, encodeComparable(data[key]))
  }
  return snapshot
}

/** The top-level keys in which `data` differs from `base`. A top-level `undefined` is a deletion. */
export function changesSince(base: Snapshot, data: Data): Changes {
  const changes = new Map<string, unknown>()
  for (const key of Object.keys(data)) {
    const value = data[key]
    if (value === undefined) continue
    const text = encodeComparable(value)
    if (text === undefined || text !== base.get(key)) changes.set(key, value)
  }
  for (const key of base.keys()) {
    if (!Object.hasOwn(data, key) || data[key] === undefined) changes.set(key, undefined)
  }
  return changes
}

export interface MergeRules {
  readonly functions: ReadonlyMap<string, MergeFunction<unknown>>
  /** The value a key had for this request before it changed it. */
  readonly baseValue: (key: string) => unknown
}

/**
 * Applies changes to what is stored now. A key that only this request changed gets its value; a
 * key both changed is decided by its merge function, else the last writer wins.
 */
export function applyChanges(
  stored: Data,
  changes: Changes,
  base: Snapshot,
  { functions, baseValue }: MergeRules,
): Data {
  const merged: Data = { ...stored }
  for (const [key, mine] of changes) {
    const decide = functions.get(key)
    const theirs = Object.hasOwn(stored, key) ? stored[key] : undefined
    const contested = decide !== undefined && !sameAsBase(theirs, base.get(key))
    setOwn(merged, key, contested ? decide(baseValue(key), mine, theirs) : mine)
  }
  return merged
}

function sameAsBase(theirs: unknown, base: string | undefined): boolean {
  if (theirs === undefined) return base === undefined
  const text = encodeComparable(theirs)
  return text !== undefined && text === base
}

/** Sets an own property, `__proto__` included; `undefined` deletes it. */
export function setOwn(target: object, key: string, value: unknown): void {
  if (value === undefined) Reflect.deleteProperty(target, key)
  else assignOwn(target, key, value)
}

/** The same, and `undefined` is a value like any other. */
export function assignOwn(target: object, key: string, value: unknown): void {
  const data = target as Data
  if (key === '__proto__') {
    defineOwn(target, key, value)
  } else {
    data[key] = value
  }
}

/** Assigning to `__proto__` would change the prototype; it is a key like any other. */
export function defineOwn(target: object, key: string, value: unknown): void {
  Object.defineProperty(target, key, {
    value,
    writable: true,
    enumerable: true,
    configurable: true,
  })
}
