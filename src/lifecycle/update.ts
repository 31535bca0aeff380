import { randomWriteId } from '../cookie/random.ts'
import { GoneError } from '../errors.ts'
import type { SessionRecord } from '../record/record.ts'
import { type Changes, type Data, changesSince, setOwn, snapshotOf } from '../session/changes.ts'
import { rewritten } from '../session/merge.ts'
import { stateOf } from '../session/session.ts'
import { dropDeleted, refuseReserved } from '../session/data.ts'
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
import { offer } from './write.ts'
import { Writer } from './writer.ts'

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
  const state = stateOf(visit.session)
  const late = await noteTouch(engine, visit)
  if (late !== undefined) throw late
  requireCurrent(state)
  if (state.standing !== 'open') throw new GoneError(state.id)
  const writeId = randomWriteId()
  const writer = new Writer(engine, visit)
  const { base: read } = state
  try {
    if (read !== undefined && writer.meetsOthers(read.record)) {
      await inTurn(visit, () => standInLine(engine, state, writer))
    }
    for (;;) {
      const { base } = state
      const draft = base === undefined ? {} : await readData(engine, base.record)
      const before = snapshotOf(draft)
      const result = await change(draft)
      dropDeleted(draft)
      const changes = changesSince(before, draft)
      refuseReserved(visit.session, changes.keys())
      if (base !== undefined && changes.size === 0) return result
      const written = await inTurn(visit, () =>
        base === undefined
          ? tryCreate(engine, state, changes)
          : tryReplace(engine, state, { base, draft, changes, writeId, writer }),
      )
      if (written) return result
      writer.mayRetry()
    }
  } finally {
    writer.leave()
  }
}

/** Others are writing already: it begins with what they leave. */
async function standInLine(engine: Engine, state: SessionState, writer: Writer): Promise<void> {
  requireCurrent(state)
  const { base, unanswered } = state
  if (base === undefined || unanswered !== undefined) return
  await goOnFrom(engine, state, base, await writer.turn(base.record))
}

/** What others have stored takes the place of what this request has read. */
async function goOnFrom(
  engine: Engine,
  state: SessionState,
  { record: read, view }: Base,
  theirs: SessionRecord,
): Promise<void> {
  if (theirs === read) return
  const found = await decodeTheirs(engine, state, theirs)
  if (found === 'gone') throw new GoneError(theirs.id)
  state.base = new Base(theirs, found.base.flash, view, false)
}

/** A session without a record is created with the changed keys and everything set so far. */
async function tryCreate(engine: Engine, state: SessionState, changes: Changes): Promise<boolean> {
  if (state.base !== undefined) return false
  const { visit } = state
  requireCurrent(state)
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
  readonly writer: Writer
}

async function tryReplace(
  engine: Engine,
  state: SessionState,
  { base, draft, changes, writeId, writer }: Attempt,
): Promise<boolean> {
  const { visit } = state
  if ((await repeat(engine, visit, false)) === 'gone') throw new GoneError(base.record.id)
  requireCurrent(state)
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
    writer.leave(next)
    requireCurrent(state)
    adopt(state, base, next, changes)
    return true
  }
  await goOnFrom(engine, state, base, await writer.turn(answer))
  return false
}

/**
 * Who is signed out meanwhile takes their data along: the session object may show another session by
 * now.
 */
function requireCurrent(state: SessionState): void {
  if (stateOf(state.visit.session) !== state) throw new GoneError(state.id)
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
