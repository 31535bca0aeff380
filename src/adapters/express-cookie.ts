import { UsageError } from '../errors.ts'
import { show } from '../options/check.ts'
import { stateOf } from '../session/session.ts'
import type { SessionObject } from '../session/session.ts'

/**
 * `req.session.cookie` as express-session's users know it. Life is in **milliseconds** here, and
 * only here. The attributes are those of the options and cannot be changed for one session.
 */
export class SessionCookie {
  readonly #session: SessionObject

  constructor(session: SessionObject) {
    this.#session = session
  }

  /** Milliseconds the browser keeps the cookie from now; `null`: until it closes. */
  get maxAge(): number | null {
    const { visit, persistent, timeoutMs } = stateOf(this.#session)
    const { maxAge } = visit.lifecycle.policy.cookie
    if (maxAge !== null) return Math.max(maxAge * 1000, timeoutMs)
    return persistent ? timeoutMs : null
  }

  /**
   * "Remember me": adjusts this session's timeout, rounded up to whole seconds, and makes its
   * cookie outlive the browser. `null` makes it end with the browser and keeps the timeout.
   *
   * @throws {UsageError} outside of one second to 400 days.
   */
  set maxAge(milliseconds: number | null) {
    const { wishes, persistent } = stateOf(this.#session)
    if (milliseconds == null) {
      if (persistent) wishes.persistent = false
      return
    }
    if (typeof milliseconds !== 'number' || !Number.isFinite(milliseconds)) {
      throw new UsageError(`cookie.maxAge takes milliseconds, not ${show(milliseconds)}`)
    }
    this.#session.adjustTimeoutForSession(Math.ceil(milliseconds / 1000))
    wishes.persistent = true
  }

  get originalMaxAge(): number | null {
    return this.maxAge
  }

  get expires(): Date | null {
    const { maxAge } = this
    return maxAge === null ? null : new Date(Date.now() + maxAge)
  }

  /** A date does what `maxAge` does; `false` or `null` makes the cookie end with the browser. */
  set expires(date: Date | null | false) {
    this.maxAge = date ? date.getTime() - Date.now() : null
  }

  get path(): string {
    return this.#attributes.path
  }

  get domain(): string | undefined {
    return this.#attributes.domain
  }

  get httpOnly(): boolean {
    return this.#attributes.httpOnly
  }

  get sameSite(): 'lax' | 'strict' | 'none' {
    return this.#attributes.sameSite
  }

  get partitioned(): boolean {
    return this.#attributes.partitioned
  }

  get priority(): 'low' | 'medium' | 'high' | undefined {
    return this.#attributes.priority
  }

  get secure(): boolean {
    return stateOf(this.#session).visit.cookie.secure
  }

  get #attributes() {
    return stateOf(this.#session).visit.lifecycle.policy.cookie.attributes
  }
}

for (const name of [
  'path',
  'domain',
  'httpOnly',
  'sameSite',
  'partitioned',
  'priority',
  'secure',
]) {
  Object.defineProperty(SessionCookie.prototype, name, {
    ...Object.getOwnPropertyDescriptor(SessionCookie.prototype, name),
    set: () => {
      throw new UsageError(`cookie.${name} cannot be set for one session: it is an option`)
    },
  })
}
