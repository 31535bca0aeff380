import { createSessions, type Session, type Sessions, type Store } from 'sojourn'

declare module 'sojourn' {
  interface SessionData {
    /**
     * How many of a tea are in the basket. Each tea is a top-level key of its own, because that is
     * the unit in which changes of parallel requests are told apart.
     */
    [tea: `basket:${string}`]: number
  }
}

/** Begins the keys in the store, so that they are easy to find: `redis-cli --scan --pattern 'shop:*'`. */
export const PREFIX = 'shop:'

/** Seconds. */
export const EIGHT_HOURS = 8 * 60 * 60
export const FOUR_HOURS = 4 * 60 * 60
export const HALF_AN_HOUR = 30 * 60
export const FIVE_MINUTES = 5 * 60
export const REASON_KEPT = 60 * 60

export interface ShopOptions {
  readonly secret: string
  readonly store: Store
  /** Seconds a shopper may stand about doing nothing. */
  readonly timeout: number
}

export function createShopSessions({ secret, store, timeout }: ShopOptions): Sessions {
  return createSessions({
    secret,
    store,
    timeout,
    prefix: PREFIX,
    reasonKept: REASON_KEPT,
    // Every request is noted, so that the countdown on the page is exact. The default notes
    // activity less often and lets a session live a little longer than its timeout instead.
    touchInterval: 0,
  })
}

/** For a form: the token of a session that there is. Asking for a visitor's would begin a session. */
export function csrfToken(session: Session): string | undefined {
  return session.isNew ? undefined : session.getCsrfToken()
}

/** A session of one's own, or a summary of somebody's. */
type Lasting = Pick<Session, 'expiresAt' | 'timeout'>

/** At most the timeout: the clock of the store may be a little ahead of this one. */
export function secondsLeft({ expiresAt, timeout }: Lasting): number {
  const seconds = Math.ceil((expiresAt.getTime() - Date.now()) / 1000)
  return Math.max(0, Math.min(timeout, seconds))
}
