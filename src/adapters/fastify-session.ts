import { type Data, setOwn } from '../session/changes.ts'
import { leaveBehind } from '../session/leave-behind.ts'
import { lockMembers } from '../session/lock-members.ts'
import { SessionObject, stateOf } from '../session/session.ts'
import { SessionState } from '../session/state.ts'

/** A session with the members that Fastify's session plugins call. */
export class FastifySessionObject extends SessionObject {
  /** Data only: the name of a member, or of anything inherited, gives `undefined`. */
  get(key: string): unknown {
    return Object.hasOwn(this, key) ? (this as unknown as Data)[key] : undefined
  }

  /** `undefined` deletes. */
  set(key: string, value: unknown): void {
    setOwn(this, key, value)
  }

  /** Ends this session and puts a new one on the request, with the data under `keepKeys`. */
  regenerate(keepKeys: Iterable<string> = []): Promise<void> {
    const next = new FastifySessionObject(new SessionState(stateOf(this).visit))
    for (const key of keepKeys) next.set(key, this.get(key))
    leaveBehind(this, next)
    return Promise.resolve()
  }
}

lockMembers(FastifySessionObject.prototype)
