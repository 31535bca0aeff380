import { publish } from '../events.ts'
import { type Draft, draftOf, wantsWrite } from '../session/draft.ts'
import type { Outcome } from '../session/members.ts'
import { stateOf, unknownSession } from '../session/session.ts'
import type { SessionState, Unanswered } from '../session/state.ts'
import type { Visit } from '../session/visit.ts'
import type { Engine } from './engine.ts'
import { inTurn } from './in-turn.ts'
import { removeEnded } from './remove-ended.ts'
import { renew } from './renew.ts'
import { type CommitResult, resultOf } from './result.ts'
import { isUntaken, takeOver } from './take-over.ts'
import { noteTouch } from './touch.ts'
import { create, replace } from './write.ts'

/** What the end of a request has to do. */
type Intent =
  | { readonly kind: 'nothing' | 'refused' }
  | {
      readonly kind: 'create' | 'replace'
      readonly draft: Draft
      readonly again?: Unanswered
    }

const NOTHING: Intent = { kind: 'nothing' }
const REFUSED: Intent = { kind: 'refused' }

/** Ends a request. Answers at once when there is nothing to wait for, which is most requests. */
export function commit(
  engine: Engine,
  visit: Visit,
  failed: boolean,
): CommitResult | Promise<CommitResult> {
  if (isIdle(visit)) {
    // What the application never had in its hands it cannot have changed.
    const intent = visit.looked ? intentOf(engine, stateOf(visit.session), failed) : NOTHING
    if (intent.kind === 'nothing') return resultOf(engine, visit, idleOutcome(visit))
    return inTurn(visit, () =>
      act(engine, visit, intent).then((outcome) => finish(engine, visit, outcome, failed)),
    )
  }
  return inTurn(visit, async () => {
    // The answer to a touch that is still under way is as good as one that is asked for now.
    const pending = visit.touching?.answered === false ? visit.touching.answer : undefined
    const outcome = await carryOut(engine, visit, failed)
    return finish(engine, visit, outcome, failed, (await pending)?.status === 'touched')
  })
}

/** Nothing that this request began is under way, and nothing is owed. */
function isIdle({ session, turn, touching, adoption, removals, renewal }: Visit): boolean {
  const waits = turn !== undefined || touching !== undefined || adoption !== undefined
  const { unanswered } = stateOf(session)
  return !waits && unanswered === undefined && removals.length === 0 && renewal === 'no'
}

function finish(
  engine: Engine,
  visit: Visit,
  outcome: Outcome,
  failed: boolean,
  confirmed = false,
): CommitResult | Promise<CommitResult> {
  const quiet = failed && !engine.policy.cookieOnException
  if (quiet && visit.renewal === 'may') visit.renewal = 'no'
  const wrote = outcome === 'created' || outcome === 'saved'
  const renewed = renew(engine, visit, outcome, confirmed || wrote)
  const close = (last: Outcome) =>
    resultOf(engine, visit, last === 'gone' && last !== outcome ? gone(visit) : last)
  return renewed instanceof Promise ? renewed.then(close) : close(renewed)
}

/** An explicit save(): a cookie it earns is owed, and sent with the response. */
export function save(engine: Engine, visit: Visit): Promise<Outcome> {
  return inTurn(visit, () => carryOut(engine, visit, false))
}

/** Everything a save or a commit does, in its turn. */
export async function carryOut(engine: Engine, visit: Visit, failed: boolean): Promise<Outcome> {
  const late = await noteTouch(engine, visit)
  if (late !== undefined && isWriting(engine, visit, failed)) throw late
  const unlisting: Promise<void>[] = []
  try {
    if ((await removeEnded(engine, visit, unlisting)) === 'gone') return gone(visit)
    return await write(engine, visit, failed)
  } finally {
    await Promise.all(unlisting)
  }
}

function isWriting(engine: Engine, visit: Visit, failed: boolean): boolean {
  const state = stateOf(visit.session)
  if (visit.removals.length > 0 || state.unanswered !== undefined) return true
  return visit.adoption !== undefined || intentOf(engine, state, failed).kind !== 'nothing'
}

async function write(engine: Engine, visit: Visit, failed: boolean): Promise<Outcome> {
  const { adoption } = visit
  if (failed && !engine.policy.cookieOnException && isUntaken(visit)) return idleOutcome(visit)
  const taken = adoption && (await takeOver(engine, visit, adoption))
  if (taken === 'gone') return gone(visit)
  const repeated = await repeat(engine, visit, failed)
  if (repeated === 'gone') return repeated
  const outcome = await act(engine, visit, intentOf(engine, stateOf(visit.session), failed))
  const before = taken === 'created' ? taken : repeated
  return before !== undefined && outcome !== 'gone' && !visit.invalidated ? before : outcome
}

/**
 * A write whose answer was lost goes first, as it was sent: it may have been carried out, and what
 * it brought must not be brought twice (docs/decisions/020).
 */
export async function repeat(
  engine: Engine,
  visit: Visit,
  failed: boolean,
): Promise<Outcome | undefined> {
  const again = stateOf(visit.session).unanswered
  if (again === undefined) return undefined
  const { draft, from } = again
  const kind = from === undefined ? 'create' : 'replace'
  const quiet = failed && !engine.policy.cookieOnException
  if (quiet && (kind === 'create' || draft.wishes.family !== undefined)) return undefined
  return act(engine, visit, { kind, draft, again })
}

/** When invalidate() is called meanwhile, what is stored by then, or may be, goes as well. */
async function act(engine: Engine, visit: Visit, intent: Intent): Promise<Outcome> {
  const state = stateOf(visit.session)
  try {
    const outcome = await fulfil(engine, state, intent)
    return outcome === 'gone' ? gone(visit) : outcome
  } finally {
    if (stateOf(visit.session) !== state) visit.discard(state)
  }
}

/** The one switch at the end of a request (DESIGN.md §5). */
function fulfil(engine: Engine, state: SessionState, intent: Intent): Outcome | Promise<Outcome> {
  switch (intent.kind) {
    case 'nothing':
      return idleOutcome(state.visit)
    case 'refused':
      return 'gone'
    case 'create':
      return create(engine, state, intent.draft, intent.again)
    case 'replace':
      return replace(engine, state, intent.draft, intent.again)
  }
}

function intentOf({ policy }: Engine, state: SessionState, failed: boolean): Intent {
  if (state.standing === 'gone') return REFUSED
  const quiet = failed && !policy.cookieOnException
  if (quiet && state.base === undefined) return NOTHING
  if (quiet) delete state.wishes.family
  const draft = draftOf(state)
  if (draft === undefined || !wantsWrite(state, draft)) return NOTHING
  if (state.standing === 'unavailable') throw unknownSession()
  if (state.standing === 'refused') return REFUSED
  return { kind: state.base === undefined ? 'create' : 'replace', draft }
}

/** A visitor who came without a cookie had nothing to end. */
function idleOutcome({ invalidated, removed, cookie, touched }: Visit): Outcome {
  if (invalidated && (removed || cookie.sent || cookie.signedInSent)) return 'destroyed'
  return touched ? 'touched' : 'unchanged'
}

function gone(visit: Visit): 'gone' {
  publish('gone', { id: stateOf(visit.session).id, request: visit.request })
  return 'gone'
}
