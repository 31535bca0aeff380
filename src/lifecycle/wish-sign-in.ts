import { randomId } from '../cookie/random.ts'
import { setOwn } from '../session/changes.ts'
import { dataOf } from '../session/data.ts'
import { replaceState, stateOf } from '../session/session.ts'
import type { SessionState, SignIn, Wishes } from '../session/state.ts'

interface Wanted {
  readonly timeoutMs: number | undefined
  readonly persistent: boolean | undefined
  /** The keys of the data there were when it was asked for: of these some may stay. */
  readonly present: readonly string[]
}

/**
 * Wishes a sign-in, and drops the data that do not stay. Answers how to take both back when it has
 * failed; what was called while it was under way stays.
 *
 * @param before the state of the session, which is to come back.
 * @param state the one to sign in; another one when that cannot be written.
 */
export function wishSignIn(
  before: SessionState,
  state: SessionState,
  wish: SignIn,
  { timeoutMs, persistent, present }: Wanted,
): () => void {
  const { session } = state.visit
  const [data, earlier] = [dataOf(session), before.wishes]
  replaceState(session, state)
  state.wishes = { ...state.wishes, signIn: wish, family: randomId() }
  if (timeoutMs !== undefined) state.wishes.timeoutMs = timeoutMs
  if (persistent !== undefined) state.wishes.persistent = persistent
  const wished = { ...state.wishes }
  const { keep } = wish
  const dropped = keep === undefined ? [] : present.filter((key) => !keep.includes(key))
  for (const key of dropped) Reflect.deleteProperty(session, key)
  return () => {
    const { wishes, flash } = stateOf(session)
    before.wishes = { ...earlier, ...newer(wished, wishes) }
    if (before.unanswered?.draft.wishes.signIn !== undefined) before.unanswered = undefined
    before.flash = flash
    replaceState(session, before)
    if (wishes.clears !== wished.clears) return
    for (const key of dropped) {
      if (!Object.hasOwn(session, key)) setOwn(session, key, data[key])
    }
  }
}

function newer(before: Wishes, now: Wishes): Wishes {
  const names = Object.keys(now) as (keyof Wishes)[]
  return Object.fromEntries(
    names.filter((name) => now[name] !== before[name]).map((name) => [name, now[name]]),
  )
}
