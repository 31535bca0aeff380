import type { Payload } from '../record/record.ts'
import type { Store } from '../store/store.ts'
import type { ClearSiteData } from './clear-site-data.ts'
import type { Migration } from './migration.ts'

/**
 * The data of a session. Empty here; name your own keys by augmenting it:
 *
 *     declare module 'sojourn' { interface SessionData { userId: string } }
 */
// oxlint-disable-next-line typescript/no-empty-object-type -- an interface to be augmented
export interface SessionData {}

/** What a serializer is told beside the payload. */
export interface SerializerContext {
  /** The session's id. Encryption should bind the payload to it (as additional data). */
  readonly id: string
  /** `data`: the session's data. `flash`: its flash messages, as `{ flash: [...] }`. */
  readonly part: 'data' | 'flash'
  /** Who is signed in, `null` for nobody. Encryption should bind the payload to it too. */
  readonly principal: string | null
}

export type Serialize = (
  data: Record<string, unknown>,
  context: SerializerContext,
) => Payload | Promise<Payload>

export type Deserialize = (
  stored: Payload,
  context: SerializerContext,
) => Record<string, unknown> | Promise<Record<string, unknown>>

/** Decides one key that two requests changed. `undefined` deletes it. */
export type MergeFunction<V> = (
  base: V | undefined,
  mine: V | undefined,
  theirs: V | undefined,
) => V | undefined

export interface CookieOptions {
  /**
   * Default: `__Host-sid` on Secure requests with path `/` and no domain, `__Secure-sid` on other
   * Secure requests, `sid` on requests that are not. A given name is used as it is; the rules of
   * the prefixes `__Host-`, `__Secure-`, `__Http-` and `__Host-Http-` (RFC 6265bis 4.1.3) are
   * checked at construction.
   */
  readonly name?: string
  /**
   * Seconds the browser keeps the cookie, 1 to 34560000 (400 days, the most browsers allow).
   * The cookie lives for the longer of this and the session's timeout, and is sent again when
   * activity is noted or the timeout adjusted. Default `null`: until the browser closes.
   */
  readonly maxAge?: number | null
  /** Default `/`. */
  readonly path?: string
  /** Default none: the cookie goes to this host only. Setting it shares it with all subdomains. */
  readonly domain?: string
  /**
   * `true`: always Secure. `false`: never. `'auto'` (default): Secure, except outside production
   * for a request that visibly comes from this machine's own browser: plain http, loopback peer,
   * a localhost Host and no proxy headers.
   */
  readonly secure?: boolean | 'auto'
  /** Default `true`. */
  readonly httpOnly?: boolean
  /** Default `'lax'`. `'none'` needs Secure. */
  readonly sameSite?: 'lax' | 'strict' | 'none'
  /** Default `false`. Needs Secure. */
  readonly partitioned?: boolean
  /** Default none (browsers treat it as medium). */
  readonly priority?: 'low' | 'medium' | 'high'
}

export interface MaxPerPrincipal {
  /** The most sessions one principal may have, 1 to 10000. No default. */
  readonly limit: number
  /**
   * What becomes of a sign-in beyond that: `'revoke-oldest'` (default) ends the session signed in
   * first, `'refuse'` throws a {@link LimitError} and signs nobody in.
   */
  readonly onLimit?: 'revoke-oldest' | 'refuse'
}

export type Preset = 'aal1' | 'aal2' | 'aal3'

export interface SessionOptions<D extends object = SessionData> {
  /**
   * Signs the cookie. At least 32 characters, random. With an array the first signs and all
   * verify: put a new secret second on every node, then move it to the front.
   */
  readonly secret: string | readonly string[]
  /** Default: a memory store of this process. */
  readonly store?: Store
  /** Begins every key in the store. Visible ASCII, at most 128 characters. Default `session:`. */
  readonly prefix?: string
  /**
   * Makes ids: synchronous, 1 to 128 characters of `A-Z a-z 0-9 _ -`. Default: 128 random bits.
   * A weak generator makes ids guessable, not sessions: an id alone opens nothing.
   */
  readonly idGenerator?: () => string
  /** Idle timeout in seconds, 1 to 34560000. Default `1200` (20 minutes). */
  readonly timeout?: number
  /**
   * Seconds from creation after which a session ends however active it is, 1 to 34560000.
   * Default `2592000` (30 days); `null` for no limit.
   */
  readonly absoluteTimeout?: number | null
  /**
   * A set of timeouts that a standard asks for, NIST SP 800-63B-4 on reauthentication, in place of
   * the defaults: `'aal1'` 30 days in all; `'aal2'` 1 hour idle, 24 hours in all; `'aal3'` 15
   * minutes idle, 12 hours in all, which `absoluteTimeout` can shorten and not loosen. With a
   * preset there is always an absolute timeout. Default none.
   */
  readonly preset?: Preset
  /**
   * Seconds after which the cookie is replaced by its successor, 1 to 34560000 and at least twice
   * `renewalGrace`. Default `3600` (1 hour); `null`: never. Nobody notices: see
   * docs/security/rotation.md.
   */
  readonly renewalTimeout?: number | null
  /**
   * Seconds for which a cookie still counts once its successor was first used, 1 to 3600. Longer
   * than any request may be on its way, and at most half of `renewalTimeout`. Default `60`.
   */
  readonly renewalGrace?: number
  /**
   * What a cookie does whose grace is over, which only a thief or a restored browser sends:
   * `'report'` (default): it opens nothing, event `replayed`. `'end'`: its session ends, too.
   */
  readonly onReplay?: 'report' | 'end'
  /**
   * Seconds a new session without a principal lives until a second request brings its cookie back,
   * 1 to `timeout`: clients that keep no cookies leave little behind. A session whose timeout was
   * adjusted is not shortened. Default `null`: as long as any other.
   */
  readonly unprovenTimeout?: number | null
  /**
   * Activity is noted in the store at most once in this many seconds, 0 to 3600, and never less
   * often than once in a timeout. Default: a twentieth of the session's timeout, at most 60.
   * 0 notes every request.
   */
  readonly touchInterval?: number
  /** Milliseconds each store operation may take, 10 to 60000. Default `1000`. */
  readonly storeTimeoutMs?: number
  /** The most bytes one session may store, 1 to 536870912. Default `1048576` (1 MiB). */
  readonly maxBytes?: number
  /**
   * A session that stores more bytes than this is an event `large` with the sizes of its largest
   * keys, and once a process warning; 1 to 536870912. Default `65536` (64 KiB).
   */
  readonly warnBytes?: number
  /** Makes what is stored. Needs `deserialize`. Default: JSON that also keeps Date, Map, Set, … */
  readonly serialize?: Serialize
  /** The inverse: `deserialize(serialize(x))` equals `x`. What it throws on is no session. */
  readonly deserialize?: Deserialize
  /** How to merge a key that two parallel requests changed. Default: the last one wins. */
  readonly merge?: { readonly [K in keyof D]?: MergeFunction<D[K]> }
  /**
   * `true` (default): a failed request commits like any other. `false`: it creates no session and
   * rotates nothing; its other changes to an existing session are saved, an invalidation happens.
   */
  readonly cookieOnException?: boolean
  /** Name and attributes of the cookie. Default `{}`: the default of each. */
  readonly cookie?: CookieOptions
  /**
   * The name of the cookie of signed-in sessions, which wins where a browser sends both. Default:
   * the visitor's cookie's name and `-in`, for example `__Host-sid-in`.
   */
  readonly signedInCookie?: string
  /**
   * How many sessions one principal may have: `limit`, 1 to 10000, and what becomes of another
   * sign-in: `'revoke-oldest'` (default) ends the one signed in first, `'refuse'` throws a
   * {@link LimitError}. Default none.
   */
  readonly maxPerPrincipal?: MaxPerPrincipal
  /**
   * `true`: `revokeEverything()` can be called. Each process then asks the store once a second at
   * most, beside a read, whether it was. Default `false`.
   */
  readonly epoch?: boolean
  /**
   * Seconds for which a session that somebody else ended leaves its reason, for `session.ended`,
   * 1 to 34560000. Default `3600` (1 hour).
   */
  readonly reasonKept?: number
  /**
   * What the browser is asked to forget when a request ends its session (outcome `destroyed`), in a
   * `Clear-Site-Data` header: `['cache', 'storage']`. Default none. Browsers obey only over https.
   * Surprise: `'cookies'` takes those of the whole registrable domain, siblings' too.
   */
  readonly clearSiteData?: readonly ClearSiteData[]
  /**
   * Sessions of another library to take over at their first use: `expressSession({ secret })`.
   * Needs the store of the Redis in which they lie.
   */
  readonly migrate?: Migration
}
