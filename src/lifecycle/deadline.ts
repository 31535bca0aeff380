import { SessionError, StoreError, type StoreOperation } from '../errors.ts'

interface Pending {
  readonly operation: StoreOperation
  readonly until: number
  readonly reject: (error: StoreError) => void
}

/**
 * Gives every store operation an end of its own, whatever the client does with its timeouts: a
 * client's timeout often covers only commands it has not written yet. One coarse sweep serves all
 * pending operations, because a timer for each would cost more than the operation.
 */
export class Deadlines {
  readonly #timeoutMs: number
  readonly #pending = new Set<Pending>()
  #sweep: NodeJS.Timeout | undefined

  constructor(timeoutMs: number) {
    this.#timeoutMs = timeoutMs
  }

  /**
   * @throws {StoreError} when the operation fails, or has not ended within the deadline plus 5 %
   *   (at most 50 ms).
   */
  run<T>(operation: StoreOperation, start: () => T | Promise<T>): Promise<T> {
    return new Promise<T>((resolve, reject) => {
      const pending = { operation, until: performance.now() + this.#timeoutMs, reject }
      this.#add(pending)
      const fail = (cause: unknown) => {
        this.#pending.delete(pending)
        reject(asStoreError(operation, cause))
      }
      try {
        const started = start()
        if (!(started instanceof Promise)) {
          this.#pending.delete(pending)
          resolve(started)
          return
        }
        started.then((value) => {
          this.#pending.delete(pending)
          resolve(value)
        }, fail)
      } catch (cause) {
        fail(cause)
      }
    })
  }

  #add(pending: Pending): void {
    this.#pending.add(pending)
    this.#sweep ??= setInterval(() => this.#expire(), Math.min(50, this.#timeoutMs / 20))
  }

  #expire(): void {
    const now = performance.now()
    for (const pending of this.#pending) {
      if (pending.until > now) break
      this.#pending.delete(pending)
      pending.reject(new StoreError(pending.operation, `no answer within ${this.#timeoutMs} ms`))
    }
    if (this.#pending.size > 0) return
    clearInterval(this.#sweep)
    this.#sweep = undefined
  }
}

function asStoreError(operation: StoreOperation, cause: unknown): SessionError {
  return cause instanceof SessionError ? cause : new StoreError(operation, 'failed', { cause })
}
