import type { ServerClock } from './clock.ts'
import type { NearSessions } from './near.ts'
import { isErrorReply, storeFailure } from './failure.ts'
import type { Argument, Port } from './port.ts'
import { unexpected } from './replies.ts'
import { scripts } from './scripts.generated.ts'

/** What a script answers: a code, and what its header says comes with it. */
type Answer = readonly [code: number, ...rest: unknown[]]

type Name = keyof typeof scripts

/** Runs the scripts of src/store/redis/lua on one client. */
export class Scripts {
  readonly #port: Pick<Port, 'send'>
  readonly #clock: ServerClock
  readonly #near: NearSessions | undefined
  readonly #first: 'evalsha' | 'eval'

  /** @param first how a script is sent first: `eval` where to be refused costs a wait. */
  constructor(
    port: Pick<Port, 'send'>,
    clock: ServerClock,
    near: NearSessions | undefined,
    first: 'evalsha' | 'eval' = 'evalsha',
  ) {
    this.#port = port
    this.#clock = clock
    this.#near = near
    this.#first = first
  }

  /** @throws {StoreError} when the client fails, or answers what no script answers. */
  run(name: Name, key: string, ...args: readonly Argument[]): Promise<Answer> {
    return this.#run(this.#first, name, key, args)
  }

  /** By hash, and again in full when the server has forgotten the script. */
  async #run(
    how: 'evalsha' | 'eval',
    name: Name,
    key: string,
    args: readonly Argument[],
  ): Promise<Answer> {
    // Whatever becomes of it, what was kept is no longer what counts. A touch that fails spoils nothing.
    if (name !== 'touch') this.#near?.forget(key)
    try {
      const { sha1, text } = scripts[name]
      const command = [how === 'eval' ? text : sha1, '1', key, ...args]
      const send = () => this.#port.send(how, key, command)
      const reply = await (this.#clock.isSet ? send() : this.#clock.along(key, send))
      this.#near?.forget(key)
      if (!Array.isArray(reply)) throw unexpected(name, reply)
      return [Number(reply[0]), ...reply.slice(1)]
    } catch (error) {
      if (how === 'evalsha' && isErrorReply(error, 'NOSCRIPT')) {
        return this.#run('eval', name, key, args)
      }
      if (name !== 'touch') this.#near?.forget(key)
      this.#clock.doubt()
      throw storeFailure(name, error)
    }
  }
}
