import { randomWriteId } from '../cookie/random.ts'
import { GoneError } from '../errors.ts'
import { type Changes, type Data, changesSince, setOwn, snapshotOf } from '../session/changes.ts'
import { rewritten } from '../session/merge.ts'
import { stateOf } from '../session/session.ts'
import { refuseReserved } from '../session/data.ts'
import { Base } from '../session/base.ts'
import type { SessionState } from '../session/state.ts'
import type { Visit } from '../session/visit.ts'
import { carryOut, repeat } from './commit.ts'
import { type Engine, storeNow } from './engine.ts'
import { decodeTheirs } from './contents.ts'
import { inTurn } from './in-turn.ts'
import { readData, writeData, writeFlash } from './payload.ts'
import { checkSize } from './size.ts'
import { noteTouch } from './touch.ts'
import { offer, patience } from './write.ts'

/**
 * Runs `change` on a copy of what is stored and writes the result, again from the newer record
 * whenever another request wrote first. Values of the request itself that are not saved yet take
 * no part, except that changed keys replace them.
 */
export async function update<R>(
  engine: Engine,
  visit: Visit,
  change: (draft: Data) => R,
): Promise<Awaited<R>> {
  const late = await noteTouch(engine, visit)
  if (late !== undefined) throw late
  const state = stateOf(visit.session)
  if (state.standing !== 'open') throw new GoneError(state.id)
  const writeId = randomWriteId()
  const mayRetry = patience(engine)
  for (;;) {
    const { base } = state
    const draft = base === undefined ? {} : await readData(engine, base.record)
    const before = snapshotOf(draft)
    const result = await change(draft)
    const changes = changesSince(before, draft)
    refuseReserved(visit.session, changes.keys())
    if (base !== undefined && changes.size === 0) return result
    const written = await inTurn(visit, () =>
      base === undefined
        ? tryCreate(engine, state, changes)
        : tryReplace(engine, state, { base, draft, changes, writeId }),
    )
    if (written) return result
    mayRetry()
  }
}

/** A session without a record is created with the changed keys and everything set so far. */
async function tryCreate(engine: Engine, state: SessionState, changes: Changes): Promise<boolean> {
  if (state.base !== undefined) return false
  const { visit } = state
  if (stateOf(visit.session) !== state) throw new GoneError(state.id)
  for (const [key, value] of changes) setOwn(visit.session, key, value)
  const outcome = await carryOut(engine, visit, false)
  if (outcome === 'gone') throw new GoneError(state.id)
  return true
}

interface Attempt {
  readonly base: Base
  readonly draft: Data
  readonly changes: Changes
  readonly writeId: string
}

async function tryReplace(
  engine: Engine,
  state: SessionState,
  { base, draft, changes, writeId }: Attempt,
): Promise<boolean> {
  const { visit } = state
  if ((await repeat(engine, visit, false)) === 'gone') throw new GoneError(base.record.id)
  if (state.base !== base) return false
  const { record } = base
  const { builtIn } = engine.policy.serializer
  const data = await writeData(engine, draft, record)
  const flash = builtIn ? record.flash : await writeFlash(engine, base.flash, record)
  checkSize(engine, visit, data, flash)
  const now = storeNow(engine, visit)
  const next = rewritten(state, record, { writeId, now, data, flash })
  const answer = await offer(engine, state, record, next)
  if (answer === 'gone') throw new GoneError(record.id)
  if (answer === 'replaced') {
    adopt(state, base, next, changes)
    return true
  }
  const theirs = await decodeTheirs(engine, state, answer)
  if (theirs === 'gone') throw new GoneError(record.id)
  state.base = new Base(answer, theirs.base.flash, base.view, false)
  return false
}

/** The changed keys are now the request's own view; its other unsaved values stay unsaved. */
function adopt(state: SessionState, base: Base, next: Base['record'], changes: Changes): void {
  const snapshot = new Map(base.snapshot)
  for (const [key, value] of changes) {
    setOwn(state.visit.session, key, value)
    const [text] = snapshotOf({ [key]: value }).values()
    if (value === undefined) snapshot.delete(key)
    else snapshot.set(key, text)
  }
  state.base = new Base(next, base.flash, { snapshot }, base.whole)
}
