import { type Changes, type Data, changesSince } from './changes.ts'
import type { FlashLog } from './flash.ts'
import { dataOf, refuseReserved } from './session.ts'
import { type View, viewOf } from './base.ts'
import type { SessionState, Wishes } from './state.ts'

/** What a request wants written, as it stood when the write began. */
export interface Draft {
  readonly data: Data
  readonly view: View
  /** How the data differ from the request's base. */
  readonly changes: Changes
  readonly wishes: Readonly<Wishes>
  readonly flash: FlashLog
}

const NO_CHANGES: Changes = new Map()
const NOTHING = new Map<string, never>()

/** @throws {DataError} when a key of the data is the name of a member. */
export function draftOf(state: SessionState): Draft {
  const { visit, base } = state
  const wishes = { ...state.wishes }
  const data = dataOf(visit.session)
  const view = viewOf(data)
  const flash = state.flash.copy()
  const cleared = wishes.clears !== undefined
  if (base !== undefined && !cleared && sameText(base.view, view)) {
    return { data, view, changes: NO_CHANGES, wishes, flash }
  }
  const changes = changesSince(cleared || base === undefined ? NOTHING : base.snapshot, data)
  refuseReserved(visit.session, changes.keys())
  return { data, view, changes, wishes, flash }
}

function sameText(base: View, now: View): boolean {
  return 'text' in base && 'text' in now && base.text === now.text
}

/** Whether there is anything to store. A visitor's clear() and renewed nonce alone are nothing. */
export function wantsWrite({ base }: SessionState, { changes, wishes, flash }: Draft): boolean {
  if (changes.size > 0 || flash.changed) return true
  if (base !== undefined) return Object.keys(wishes).length > 0
  return wishes.mustStore === true || wishes.timeoutMs !== undefined || wishes.persistent === true
}
