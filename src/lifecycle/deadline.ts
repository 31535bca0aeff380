import { SessionError, StoreError, type StoreOperation } from '../errors.ts'
import { publish } from '../events.ts'
import { Breaker } from './breaker.ts'

/** What was lost is sent again once, after at most so many milliseconds. */
const LONGEST_BREATH_MS = 50

const NOT_ASKED = 'was not asked, as it has not answered in time lately'

/** The store has not answered by the deadline. */
export class LateError extends StoreError {}

/** One operation under way, in a list of all of them by their deadlines. */
class Pending {
  readonly operation: StoreOperation
  readonly request: unknown
  /** What is asked. */
  readonly subject: object
  readonly until: number
  readonly reject: (error: SessionError) => void
  before: Pending | undefined
  after: Pending | undefined

  constructor(
    operation: StoreOperation,
    request: unknown,
    subject: object,
    until: number,
    reject: (error: SessionError) => void,
  ) {
    this.operation = operation
    this.request = request
    this.subject = subject
    this.until = until
    this.reject = reject
  }
}

/**
 * Gives every store operation an end of its own, whatever the client does with its timeouts: a
 * client's timeout often covers only commands it has not written yet. One coarse sweep serves all
 * pending operations, because a timer for each would cost more than the operation.
 *
 * They are a list of their own rather than a Set: the tables a Set leaves behind as it changes
 * keep what was in them alive until the next full garbage collection, whole requests here.
 */
export class Deadlines {
  readonly #timeoutMs: number
  readonly #breaker = new Breaker()
  #first: Pending | undefined
  #last: Pending | undefined
  #sweep: NodeJS.Timeout | undefined

  constructor(timeoutMs: number) {
    this.#timeoutMs = timeoutMs
  }

  /**
   * Starts an operation on a subject. When its connection is lost it is started once more,
   * within the deadline: what a store is asked can be done twice, but for a scan.
   *
   * @throws {StoreError} when the operation fails, or has not ended within the deadline plus 5 %
   *   (at most 50 ms), or others on the same subject have not lately; event `unavailable`.
   */
  run<S extends object, T>(
    operation: StoreOperation,
    request: unknown,
    subject: S,
    start: (subject: S) => T | Promise<T>,
  ): Promise<T> {
    return new Promise<T>((resolve, reject) => {
      const until = performance.now() + this.#timeoutMs
      const pending = new Pending(operation, request, subject, until, reject)
      if (!this.#breaker.admits(subject)) {
        refuse(pending, new StoreError(operation, NOT_ASKED))
        return
      }
      // A generator that has failed is over: asked again, it would say that this was all.
      let mayRepeat = operation !== 'scan'
      const succeed = (value: T) => {
        this.#breaker.answered(subject)
        if (this.#remove(pending)) resolve(value)
      }
      const fail = (cause: unknown) => {
        if (mayRepeat && isConnectionLost(cause)) {
          mayRepeat = false
          setTimeout(attempt, Math.random() * LONGEST_BREATH_MS)
        } else if (this.#remove(pending)) {
          refuse(pending, cause)
        }
      }
      const attempt = () => {
        // Whoever asked has been told that it failed: nothing is sent for nobody.
        if (!this.#holds(pending)) return
        try {
          const started = start(subject)
          if (started instanceof Promise) started.then(succeed, fail)
          else succeed(started)
        } catch (cause) {
          fail(cause)
        }
      }
      this.#add(pending)
      attempt()
    })
  }

  #add(pending: Pending): void {
    pending.before = this.#last
    if (this.#last === undefined) this.#first = pending
    else this.#last.after = pending
    this.#last = pending
    this.#sweep ??= setInterval(() => this.#expire(), Math.min(50, this.#timeoutMs / 20))
  }

  #holds(pending: Pending): boolean {
    return pending.before !== undefined || this.#first === pending
  }

  /** Answers whether it was still there. */
  #remove(pending: Pending): boolean {
    if (!this.#holds(pending)) return false
    const { before, after } = pending
    if (before === undefined) this.#first = after
    else before.after = after
    if (after === undefined) this.#last = before
    else after.before = before
    pending.before = undefined
    pending.after = undefined
    return true
  }

  #expire(): void {
    const now = performance.now()
    for (let next = this.#first; next !== undefined && next.until <= now; next = this.#first) {
      this.#remove(next)
      this.#breaker.late(next.subject)
      refuse(next, new LateError(next.operation, `no answer within ${this.#timeoutMs} ms`))
    }
    if (this.#first !== undefined) return
    clearInterval(this.#sweep)
    this.#sweep = undefined
  }
}

function isConnectionLost(cause: unknown): boolean {
  return cause instanceof StoreError && cause.connectionLost
}

function refuse({ operation, request, reject }: Pending, cause: unknown): void {
  const error =
    cause instanceof SessionError ? cause : new StoreError(operation, 'failed', { cause })
  const failed = error instanceof StoreError ? error.operation : operation
  publish('unavailable', { operation: failed, request })
  reject(error)
}
