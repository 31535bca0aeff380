import { GoneError } from '../errors.ts'
import { stateOf, unknownSession } from '../session/session.ts'
import { dropData, hydrate } from '../session/data.ts'
import { FlashLog } from '../session/flash.ts'
import type { Visit } from '../session/visit.ts'
import { type Engine, ask, keyOf } from './engine.ts'
import { type Contents, decodeTheirs } from './contents.ts'
import { inTurn } from './in-turn.ts'
import { takeOver } from './take-over.ts'
import { isRecord } from '../store/store.ts'

/**
 * Takes over what is stored now; what this request had changed and not saved is dropped. It waits
 * for a save() under way: the commit would undo what that has stored meanwhile.
 *
 * @throws {GoneError} when the session has ended or was rotated since.
 * @throws {StoreError} when the store failed or was late, now or when the request came in.
 */
export function reload(engine: Engine, visit: Visit): Promise<void> {
  const { ends } = visit
  const before = stateOf(visit.session)
  const isOver = () => visit.ends !== ends
  return inTurn(visit, async () => {
    const stored = isOver() ? 'gone' : await storedNow(engine, visit)
    if (stored === 'gone' || isOver()) throw new GoneError(before.id)
    const state = stateOf(visit.session)
    dropData(visit.session)
    if (stored !== undefined) {
      state.base = stored.base
      hydrate(visit.session, stored.data)
    }
    state.wishes = {}
    state.unanswered = undefined
    state.flash = new FlashLog(state.base?.flash ?? [])
  })
}

/** `undefined`: a visitor, of whom nothing is stored. */
async function storedNow(engine: Engine, visit: Visit): Promise<Contents | 'gone' | undefined> {
  const { adoption } = visit
  if (adoption !== undefined) await takeOver(engine, visit, adoption)
  const state = stateOf(visit.session)
  if (state.base === undefined) {
    if (state.standing === 'unavailable') throw unknownSession()
    return undefined
  }
  const { id, familyHash } = state.base.record
  const record = await ask(engine, visit, 'read', (store) => store.read(keyOf(engine, id)))
  const its = isRecord(record) && record.id === id && record.familyHash === familyHash
  return its ? decodeTheirs(engine, state, record) : state.lose()
}
