import { SessionError, StoreError, type StoreOperation } from '../../errors.ts'
import { cut } from '../../words.ts'

/** How much of a foreign message is kept. */
const LONGEST = 200

/**
 * Whatever a client or the server threw, as a {@link StoreError}. The errors of both clients carry
 * the command and its arguments, which are session data, and Redis quotes arguments when it does
 * not know a command: nothing of that is kept.
 */
export function storeFailure(operation: StoreOperation, thrown: unknown): SessionError {
  if (thrown instanceof SessionError) return thrown
  const cause = bare(thrown)
  const connectionLost = isConnectionLost(thrown)
  const problem = `Redis could not be used: ${cause.message}`
  return new StoreError(operation, problem, { cause, connectionLost })
}

const LOST = new Set(['ECONNRESET', 'EPIPE', 'ETIMEDOUT', 'ECONNABORTED'])

/**
 * How node-redis and GLIDE say that a command was on its way when the connection ended. ioredis
 * sends such a command again by itself.
 */
function isConnectionLost(thrown: unknown): boolean {
  if (!(thrown instanceof Error)) return false
  const { code } = thrown as { code?: unknown }
  const says = thrown.message === 'Socket closed unexpectedly' || thrown.name === 'ConnectionError'
  return says || LOST.has(String(code))
}

/** Name, message and code of an error, and nothing else of it. */
function bare(thrown: unknown): Error {
  if (!(thrown instanceof Error)) return new Error('something that is no Error was thrown')
  const cause = new Error(withoutArguments(messageOf(thrown)))
  if (thrown.name !== cause.name) {
    Object.defineProperty(cause, 'name', { value: thrown.name, configurable: true })
  }
  const { code } = thrown as { code?: unknown }
  return typeof code === 'string' ? Object.assign(cause, { code }) : cause
}

/** An AggregateError, from a host with several addresses, has no message of its own. */
function messageOf(error: Error): string {
  if (error.message !== '') return error.message
  const { errors } = error as { errors?: unknown }
  if (!Array.isArray(errors)) return error.name
  return errors.map((each) => (each instanceof Error ? each.message : 'unknown')).join('; ')
}

function withoutArguments(message: string): string {
  const text = message.replace(/,? with args beginning with.*/s, '')
  return cut(text, LONGEST)
}

/** Error replies begin with a word in capitals; the errors of a connection do not. */
export function isRefusal(thrown: unknown): thrown is Error {
  return thrown instanceof Error && /^[A-Z]+ /.test(thrown.message)
}

/** Redis answered, and the answer is an error: `WRONGTYPE Operation against a key …`. */
export function isErrorReply(thrown: unknown, code: string): boolean {
  return thrown instanceof Error && thrown.message.startsWith(code)
}
