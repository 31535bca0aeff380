/** Every `code` a {@link SessionError} can carry. The set is closed: a new code is a new feature. */
export type SessionErrorCode =
  | 'option'
  | 'usage'
  | 'id_generator'
  | 'reserved_key'
  | 'not_serializable'
  | 'too_large'
  | 'gone'
  | 'cross_origin'
  | 'limit'
  | 'store'

/**
 * The base of every error this library throws. Messages name what was wrong, the rule and the
 * value; never a cookie, a secret or session data.
 */
export class SessionError extends Error {
  override name = 'SessionError'
  readonly code: SessionErrorCode
  /** The HTTP status that fits, where one does. Express and Koa read it. */
  readonly status: number | undefined

  constructor(
    code: SessionErrorCode,
    message: string,
    facts: { status?: number; cause?: unknown } = {},
  ) {
    super(message, 'cause' in facts ? { cause: facts.cause } : undefined)
    this.code = code
    this.status = facts.status
  }
}

/** A configuration that cannot work. Thrown at construction, before any request. */
export class OptionError extends SessionError {
  override name = 'OptionError'
  /** The option as its user wrote it, for example `cookie.sameSite`. */
  readonly option: string

  constructor(option: string, problem: string, facts: { cause?: unknown } = {}) {
    super('option', `${option}: ${problem}`, facts)
    this.option = option
  }
}

/** The library was called in a way that cannot do what was meant. */
export class UsageError extends SessionError {
  override name = 'UsageError'

  constructor(message: string, facts: { cause?: unknown } = {}) {
    super('usage', message, { status: 500, ...facts })
  }
}

/** Session data that cannot be stored: a reserved key, an unsupported value, too many bytes. */
export class DataError extends SessionError {
  override name = 'DataError'
  /** Where in the data: `cart.items[3].price`. Empty when the data as a whole is meant. */
  readonly path: string

  constructor(
    code: 'reserved_key' | 'not_serializable' | 'too_large',
    path: string,
    message: string,
    facts: { cause?: unknown } = {},
  ) {
    super(code, message, { status: 500, ...facts })
    this.path = path
  }
}

/**
 * The session was ended, or hard-rotated, by another request while this one worked. A write whose
 * answer was lost may have been carried out before that; from then on none is.
 */
export class GoneError extends SessionError {
  override name = 'GoneError'

  constructor(id: string) {
    super(
      'gone',
      `session ${id} has ended or was rotated by another request; nothing more is written to it`,
      {
        status: 409,
      },
    )
  }
}

/** A page of another origin has caused this request: `crossOriginGuard()` refused it. */
export class CrossOriginError extends SessionError {
  override name = 'CrossOriginError'
  /** The Origin header as it came, if one did: text of the other side. */
  readonly origin: string | undefined
  /** The message may be shown, as http-errors has it. Koa does, and prints nothing. */
  readonly expose = true
  /** What Nest reads. */
  readonly statusCode = 403

  constructor(origin: string | undefined, message: string) {
    super('cross_origin', message, { status: 403 })
    this.origin = origin
  }
}

/** A sign-in that option `maxPerPrincipal` refuses; nobody is signed in by it. */
export class LimitError extends SessionError {
  override name = 'LimitError'
  /** The most sessions one principal may have. */
  readonly limit: number

  constructor(limit: number) {
    const most = `${limit} session${limit === 1 ? '' : 's'}`
    super('limit', `maxPerPrincipal allows ${most}, and all are in use`, { status: 409 })
    this.limit = limit
  }
}

/**
 * What a store was asked to do. `client` is choosing or making the Redis client, `confirm` waiting
 * for replicas.
 */
export type StoreOperation =
  | 'client'
  | 'confirm'
  | 'read'
  | 'create'
  | 'replace'
  | 'touch'
  | 'remove'
  | 'end'
  | 'enlist'
  | 'listed'
  | 'delist'
  | 'scan'

interface StoreErrorFacts {
  readonly cause?: unknown
  /** Default `false`. A store that says so is asked once more, within the deadline. */
  readonly connectionLost?: boolean
}

const HEADERS = Object.freeze({ 'Cache-Control': 'no-store', 'Retry-After': '5' })

/** The store failed or was late. The session's state is unknown; its cookie is left alone. */
export class StoreError extends SessionError {
  override name = 'StoreError'
  readonly operation: StoreOperation
  /**
   * What an error response to it should carry: `Retry-After` (RFC 9110 section 10.2.3), and that no
   * cache keeps it. The error handlers of Express, Koa and Fastify take them along.
   */
  readonly headers: Readonly<Record<string, string>> = HEADERS
  /** The reply was lost with its connection: whether it was done is unknown. */
  readonly connectionLost: boolean

  constructor(operation: StoreOperation, problem: string, facts: StoreErrorFacts = {}) {
    const { connectionLost = false, ...rest } = facts
    super('store', `session store, ${operation}: ${problem}`, { status: 503, ...rest })
    this.operation = operation
    this.connectionLost = connectionLost
  }
}
