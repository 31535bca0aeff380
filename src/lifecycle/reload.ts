import { GoneError } from '../errors.ts'
import { stateOf } from '../session/session.ts'
import { dropData, hydrate } from '../session/data.ts'
import { FlashLog } from '../session/flash.ts'
import type { Visit } from '../session/visit.ts'
import { type Engine, ask, keyOf } from './engine.ts'
import { decodeTheirs } from './contents.ts'
import { inTurn } from './in-turn.ts'
import { takeOver } from './take-over.ts'
import { isRecord } from '../store/store.ts'

/**
 * Takes over what is stored now; what this request had changed and not saved is dropped.
 *
 * @throws {GoneError} when the session has ended or was rotated since.
 */
export async function reload(engine: Engine, visit: Visit): Promise<void> {
  const { adoption } = visit
  if (adoption !== undefined) await inTurn(visit, () => takeOver(engine, visit, adoption))
  const state = stateOf(visit.session)
  const { base } = state
  if (base !== undefined) {
    const { id, familyHash } = base.record
    const record = await ask(engine, visit, 'read', (store) => store.read(keyOf(engine, id)))
    if (!isRecord(record) || record.id !== id || record.familyHash !== familyHash) {
      state.lose()
      throw new GoneError(id)
    }
    const contents = await decodeTheirs(engine, state, record)
    if (contents === 'gone') throw new GoneError(id)
    state.base = contents.base
    dropData(visit.session)
    hydrate(visit.session, contents.data)
  } else {
    dropData(visit.session)
  }
  state.wishes = {}
  state.unanswered = undefined
  state.flash = new FlashLog(state.base?.flash ?? [])
}
