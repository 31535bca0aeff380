/**
 * The sessions of another library, which option `migrate` takes over one by one. Made by
 * `expressSession()`.
 */
export interface Migration {
  /** The name of the other library's cookie. */
  readonly cookieName: string
  /** What a cookie's value stands for, once its signature was verified. Asks no store. */
  verify(value: string): OldCookie | 'malformed' | 'forged'
  /** What a stored record holds. Throws on everything that is no such record. */
  parse(stored: string): OldSession | Promise<OldSession>
}

/** A genuine cookie of the other library. */
export interface OldCookie {
  /** Where its record lies. */
  readonly key: string
  /** The id of the session that takes its place: the same on every node, for every request. */
  readonly id: string
  /** The first family of that session. Who holds the old cookie holds it, nobody else. */
  readonly family: string
}

export interface OldSession {
  readonly data: Record<string, unknown>
  /** How long its cookie was made to last; `null`: until the browser closes. */
  readonly maxAgeMs: number | null
}
