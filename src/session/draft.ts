import { emptyMemo } from '../record/memo.ts'
import { type Edit, editsSince, outlineOf } from '../record/outline.ts'
import { isPlainScalar } from '../record/serialize-survey.ts'
import { isTagged } from '../record/serialize.ts'
import { type Base, type View, viewAfter, viewOf } from './base.ts'
import { type Changes, type Data, type Snapshot, changesSince } from './changes.ts'
import type { FlashLog } from './flash.ts'
import { type SessionObject } from './session.ts'
import { dataOf, refuseReserved } from './data.ts'
import type { SessionState, Wishes } from './state.ts'

/** What a visitor begins with. */
const EMPTY: View = { text: '{}', keys: [], memo: { ...emptyMemo(), outline: outlineOf({}) } }

/** What a request wants written, as it stood when the write began. */
export class Draft {
  readonly data: Data
  readonly view: View
  readonly wishes: Readonly<Wishes>
  readonly flash: FlashLog
  /** The keys of the stored data that stay; `undefined`: all do. */
  readonly keep: readonly string[] | undefined
  /** The order of keys is no change, and neither is one object met under two keys. */
  readonly changesData: boolean
  readonly #base: Base | undefined
  #changes: Changes | undefined

  /** @param isOther the view is known to show other data than the base. */
  constructor(state: SessionState, data: Data, view: View, isOther: boolean) {
    this.data = data
    this.view = view
    this.wishes = { ...state.wishes }
    this.flash = state.flash.copy()
    this.keep = this.wishes.clears === undefined ? this.wishes.signIn?.keep : []
    this.#base = state.base
    this.changesData = isOther || this.#changesData()
  }

  /** How the data differ from the request's base. Only a merge needs to know it by key. */
  get changes(): Changes {
    this.#changes ??= changesSince(this.before, this.data)
    return this.#changes
  }

  /** What the data are compared with: what was stored and stays. */
  get before(): Snapshot {
    const { keep } = this
    const { snapshot } = this.#base as Base
    return keep === undefined
      ? snapshot
      : new Map([...snapshot].filter(([key]) => keep.includes(key)))
  }

  #changesData(): boolean {
    const then = this.#base?.view
    const now = this.view
    if (then === undefined) return Object.keys(this.data).length > 0
    if (!('text' in then && 'text' in now)) return this.changes.size > 0
    if (then.text === now.text) return false
    if (isTagged(then.text) || isTagged(now.text)) return this.changes.size > 0
    // Other texts of the same keys in the same order are other values.
    return beginsWith(now.keys, then.keys) || this.changes.size > 0
  }
}

/**
 * The draft of a request; `undefined` when it changed nothing, as most do.
 *
 * @throws {DataError} when a key of the data is the name of a member.
 */
export function draftOf(state: SessionState): Draft | undefined {
  const { visit, base, isIdle } = state
  const before = base?.view ?? EMPTY
  const edits = editsOf(visit.session, before)
  if (isIdle && edits?.length === 0) return undefined
  const data = dataOf(visit.session)
  const view = edits === undefined ? viewOf(data) : viewAfter(edits, before, data)
  const isOther = edits?.some(({ key }) => isPlainScalar(data[key])) ?? false
  if (isIdle && !isOther && isSame(before, view)) return undefined
  const draft = new Draft(state, data, view, isOther)
  // The keys that are stored have been through this.
  if (edits === undefined) refuseReserved(visit.session, Object.keys(data))
  return draft
}

function editsOf(session: SessionObject, view: View): readonly Edit[] | undefined {
  const outline = 'text' in view ? view.memo.outline : undefined
  return outline && editsSince(outline, session)
}

function isSame(then: View, now: View): boolean {
  return 'text' in then && 'text' in now && then.text === now.text
}

function beginsWith(keys: readonly string[], first: readonly string[]): boolean {
  return first.every((key, at) => key === keys[at])
}

/** Whether there is anything to store. A visitor's clear() and renewed nonce alone are nothing. */
export function wantsWrite({ base }: SessionState, { changesData, wishes, flash }: Draft): boolean {
  if (changesData || flash.changed) return true
  if (base !== undefined) return Object.keys(wishes).length > 0
  if (wishes.signIn !== undefined) return true
  return wishes.mustStore === true || wishes.timeoutMs !== undefined
}
