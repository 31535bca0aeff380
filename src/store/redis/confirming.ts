import { OptionError, StoreError, type StoreOperation } from '../../errors.ts'
import type { Durability } from './durability.ts'
import { storeFailure } from './failure.ts'
import { type Argument, type Port, type Verb, portOf } from './port.ts'
import { type OpenTwin, type Twin, twinOf } from './twin.ts'

/** @throws {OptionError} when this client cannot. */
export function confirmingOf(client: object, durability: Required<Durability>): Confirming {
  const open = twinOf(client)
  if (open !== undefined) return new Confirming(open, durability)
  const rule = 'needs a single client of the package redis or ioredis'
  throw new OptionError('durability', `${rule}, not a pool, a cluster, a wrapper or GLIDE`)
}

/**
 * Sends commands whose answers count only once replicas have what was written (WAIT).
 *
 * Command and WAIT go over one connection, in one breath, and neither is ever sent again: a WAIT
 * that a client repeats on another connection speaks, after a failover, of another server and what
 * that one knows. The connection is of its own, because a WAIT holds up what is behind it.
 */
export class Confirming implements Pick<Port, 'send'> {
  readonly #open: OpenTwin
  readonly #durability: Required<Durability>
  #opened: { readonly twin: Twin; readonly port: Port } | undefined

  constructor(open: OpenTwin, durability: Required<Durability>) {
    this.#open = open
    this.#durability = durability
  }

  async send(verb: Verb, key: string, args: readonly Argument[]): Promise<unknown> {
    const { replicas, timeoutMs } = this.#durability
    this.#opened ??= this.#connect()
    const { twin, port } = this.#opened
    await twin.connected()
    const [reply, having] = await Promise.allSettled([
      port.send(verb, key, args),
      port.send('wait', key, [String(replicas), String(timeoutMs)]),
    ])
    if (reply.status === 'rejected') throw once(reply.reason)
    const count = having.status === 'fulfilled' ? Number(having.value) : 0
    if (count >= replicas) return reply.value
    throw new StoreError(
      'confirm',
      `done, but ${count} of ${replicas} replicas are known to have it`,
    )
  }

  async close(): Promise<void> {
    const opened = this.#opened
    this.#opened = undefined
    await opened?.twin.close()
  }

  #connect(): { twin: Twin; port: Port } {
    const twin = this.#open()
    return { twin, port: portOf(twin.client) as Port }
  }
}

const CONFIRM: StoreOperation = 'confirm'

/** Asked again, it might find the work done, which no replica has to have. */
function once(error: unknown): unknown {
  const { message, cause } = storeFailure(CONFIRM, error)
  return new StoreError(CONFIRM, message.replace(/^.*?: /, ''), { cause })
}
