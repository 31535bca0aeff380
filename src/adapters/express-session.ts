import { leaveBehind } from '../session/leave-behind.ts'
import { SessionObject, stateOf } from '../session/session.ts'
import { lockMembers } from '../session/lock-members.ts'
import type { Outcome } from '../session/members.ts'
import { SessionState } from '../session/state.ts'
import { SessionCookie } from './express-cookie.ts'

/** As express-session's: called with an error, or with nothing. */
export type Callback = (error?: unknown) => void

/** What Express applications and packages know from express-session, beside our own members. */
export interface ExpressMembers {
  readonly cookie: SessionCookie
  regenerate(callback: Callback): void
  regenerate(): Promise<void>
  destroy(callback: Callback): void
  destroy(): Promise<void>
  reload(callback: Callback): void
  reload(): Promise<void>
  save(callback?: Callback): Promise<Outcome>
  touch(): this
  resetMaxAge(): this
}

/**
 * A session with the members Express applications and packages know from express-session. Each
 * takes an optional callback, and gives a promise without one.
 */
export class ExpressSessionObject extends SessionObject {
  get cookie(): SessionCookie {
    return new SessionCookie(this)
  }

  /** Ends this session and puts a new, empty one on the request. This object keeps its data. */
  regenerate(callback?: Callback): Promise<void> | undefined {
    return answer(async () => leaveBehind(this, successorOf(this)), callback)
  }

  /** Ends this session in the store now. What is on the request afterwards is a new, empty one. */
  destroy(callback?: Callback): Promise<void> | undefined {
    const { visit } = stateOf(this)
    return answer(async () => {
      leaveBehind(this, successorOf(this))
      return visit.lifecycle.save(visit)
    }, callback)
  }

  /** Takes over what is stored now; unsaved changes are dropped. */
  reload(callback?: Callback): Promise<void> | undefined {
    const { visit } = stateOf(this)
    return answer(() => visit.lifecycle.reload(visit), callback)
  }

  /** Members with a callback have length 1 (grant looks at it). */
  override save(callback?: Callback): Promise<Outcome> {
    const saved = super.save()
    if (callback !== undefined) void answer(() => saved, callback)
    return saved
  }

  /** Counts this request as activity, also when it was opened not to. */
  touch(): this {
    stateOf(this).visit.countsAsActivity = true
    return this
  }

  /** The same as `touch`. */
  resetMaxAge(): this {
    return this.touch()
  }
}

lockMembers(ExpressSessionObject.prototype)

function successorOf(session: ExpressSessionObject): ExpressSessionObject {
  return new ExpressSessionObject(new SessionState(stateOf(session).visit))
}

/** Callbacks run outside of the promise, so that what they throw is an ordinary exception. */
function answer(
  work: () => Promise<unknown>,
  callback: Callback | undefined,
): Promise<void> | undefined {
  const done = work()
  if (callback === undefined) return done.then(() => undefined)
  done.then(
    () => process.nextTick(callback),
    (error: unknown) => process.nextTick(callback, error),
  )
  return undefined
}
