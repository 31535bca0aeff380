import type { VerifiedCredential } from '../cookie/credential.ts'
import { publish } from '../events.ts'
import { dropData } from '../session/data.ts'
import { replaceState } from '../session/session.ts'
import { SessionState } from '../session/state.ts'
import type { Visit } from '../session/visit.ts'
import { type ReadAnswer, isRecord } from '../store/store.ts'
import { type Engine, ask, keyOf } from './engine.ts'
import type { Refusal } from './judge.ts'

/**
 * Absent and unreadable sessions leave a visitor. A killed family or a replay leaves a session
 * that reads empty and cannot be written: creating one would let an old cookie displace a newer.
 */
export function refuse(visit: Visit, id: string, reason: Refusal): Visit {
  const { request } = visit
  const state = new SessionState(visit)
  if (reason === 'rotated' || reason === 'replayed') state.standing = 'refused'
  replaceState(visit.session, state)
  dropData(visit.session)
  if (reason === 'replayed') publish('replayed', { id, request })
  else publish('rejected', { id, reason, request })
  return visit.admit()
}

/**
 * A cookie that was replaced long ago: a thief's copy, or a browser put back from a copy of its
 * own. Which of the two, nobody can tell, so option `onReplay` may end the session for both.
 */
export async function refuseReplay(
  engine: Engine,
  visit: Visit,
  { id }: VerifiedCredential,
  answer: ReadAnswer,
): Promise<Visit> {
  const ends = engine.policy.onReplay === 'end' && isRecord(answer)
  if (ends) {
    const { principal } = answer
    const removed = await ask(engine, visit, 'remove', (store) =>
      store.remove(keyOf(engine, id), principal),
    )
    if (removed === 'removed')
      publish('destroyed', { id, reason: 'replayed', request: visit.request })
  }
  return refuse(visit, id, 'replayed')
}
