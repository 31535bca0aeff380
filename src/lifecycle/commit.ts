import { removeCookie, setCookie } from '../cookie/write.ts'
import { warnIfPlainHttp } from '../cookie/secure.ts'
import { UsageError } from '../errors.ts'
import { publish } from '../events.ts'
import { revisionOf } from '../record/record.ts'
import { type Draft, draftOf, wantsWrite } from '../session/draft.ts'
import type { Outcome } from '../session/members.ts'
import { withWrite } from '../session/merge.ts'
import { stateOf } from '../session/session.ts'
import { Base, type SessionState, type Visit } from '../session/state.ts'
import { type Engine, ask } from './engine.ts'
import { create, replace } from './write.ts'

export interface CommitResult {
  readonly outcome: Outcome
  /** The value of the one Set-Cookie header to send, if any. */
  readonly setCookie?: string
}

/** What the end of a request has to do. */
type Intent =
  | { readonly kind: 'nothing' | 'refused' }
  | { readonly kind: 'create' | 'replace'; readonly draft: Draft }

const NOTHING: Intent = { kind: 'nothing' }
const REFUSED: Intent = { kind: 'refused' }

/** Ends a request. Answers at once when there is nothing to wait for, which is most requests. */
export function commit(
  engine: Engine,
  visit: Visit,
  failed: boolean,
): CommitResult | Promise<CommitResult> {
  const idle = visit.turn === undefined && visit.touching === undefined
  if (idle && visit.removals.length === 0) {
    const { kind } = intentOf(engine, stateOf(visit.session), failed)
    if (kind === 'nothing') return resultOf(engine, visit, idleOutcome(visit, false))
  }
  return inTurn(visit, async () => resultOf(engine, visit, await carryOut(engine, visit, failed)))
}

/** An explicit save(): a cookie it earns is owed, and sent with the response. */
export function save(engine: Engine, visit: Visit): Promise<Outcome> {
  return inTurn(visit, () => carryOut(engine, visit, false))
}

/** Writes of one request follow each other, so that they do not compete for the same revision. */
export function inTurn<T>(visit: Visit, work: () => Promise<T>): Promise<T> {
  const run = visit.turn === undefined ? work() : visit.turn.then(work, work)
  const turn = run
    .then(
      () => undefined,
      () => undefined,
    )
    .then(() => {
      if (visit.turn === turn) visit.turn = undefined
    })
  visit.turn = turn
  return run
}

/** The one switch at the end of a request (DESIGN.md §5). */
async function carryOut(engine: Engine, visit: Visit, failed: boolean): Promise<Outcome> {
  const touched = await answerOfTouch(visit)
  if ((await removeEnded(engine, visit)) === 'gone') return gone(visit)
  const state = stateOf(visit.session)
  const intent = intentOf(engine, state, failed)
  switch (intent.kind) {
    case 'nothing':
      if (touched) oweRefreshedCookie(engine, state)
      return idleOutcome(visit, touched)
    case 'refused':
      return gone(visit)
    case 'create':
      refuseAfterFirstByte(visit)
      await create(engine, state, intent.draft)
      return created(engine, state)
    case 'replace': {
      const { family, timeoutMs, persistent } = intent.draft.wishes
      if (family !== undefined) refuseAfterFirstByte(visit)
      if ((await replace(engine, state, intent.draft)) === 'gone') return gone(visit)
      if (family !== undefined) oweCookie(engine, state)
      else if (touched || timeoutMs || persistent) oweRefreshedCookie(engine, state)
      return 'saved'
    }
  }
}

function intentOf({ policy }: Engine, state: SessionState, failed: boolean): Intent {
  if (state.standing === 'gone') return REFUSED
  const quiet = failed && !policy.cookieOnException
  if (quiet && state.base === undefined) return NOTHING
  if (quiet) delete state.wishes.family
  const draft = draftOf(state)
  if (!wantsWrite(state, draft)) return NOTHING
  if (state.standing === 'refused') return REFUSED
  return { kind: state.base === undefined ? 'create' : 'replace', draft }
}

function idleOutcome(visit: Visit, touched: boolean): Outcome {
  if (visit.invalidated) return 'destroyed'
  return touched ? 'touched' : 'unchanged'
}

/** Waits for the touch sent at open. A touch that failed spoils nothing that was only read. */
async function answerOfTouch(visit: Visit): Promise<boolean> {
  const { touching } = visit
  visit.touching = undefined
  const answer = await touching?.answer
  const state = stateOf(visit.session)
  if (touching === undefined || answer === undefined || state.base !== touching.base) return false
  if (answer.status === 'gone') {
    state.lose()
    return false
  }
  const { record, flash, view, whole } = touching.base
  const { touchedAt, edition, promotedAt } = answer
  // Only a touch of the very revision I loaded makes its own revision mine to replace.
  const mine = answer.previous === revisionOf(record) && answer.revision !== answer.previous
  const writes = mine ? withWrite(record.writes, answer.revision) : record.writes
  const touched = { ...record, writes, touchedAt, edition, promotedAt }
  state.base = new Base(touched, flash, view, whole)
  publish('touched', { id: record.id, request: visit.request })
  return true
}

/** Invalidated sessions go first: a crash in between must not leave both (PROTOCOL.md rule 14). */
async function removeEnded(engine: Engine, visit: Visit): Promise<'removed' | 'gone'> {
  for (let removal = visit.removals[0]; removal !== undefined; removal = visit.removals[0]) {
    const { id, principal } = removal
    const key = engine.policy.prefix + id
    const answer = await ask(engine, visit, 'remove', (store) => store.remove(key, principal))
    visit.removals.shift()
    if (answer === 'gone') return stateOf(visit.session).lose()
    publish('destroyed', { id, request: visit.request })
  }
  return 'removed'
}

function gone(visit: Visit): 'gone' {
  publish('gone', { id: stateOf(visit.session).id, request: visit.request })
  return 'gone'
}

function created(engine: Engine, state: SessionState): Outcome {
  const { visit, base } = state
  if (stateOf(visit.session) !== state && base !== undefined) {
    // invalidate() was called while the record was on its way.
    visit.end(base)
  } else {
    visit.invalidated = false
    oweCookie(engine, state)
  }
  return 'created'
}

/** PROTOCOL.md rule 15: what needs a cookie cannot happen once the headers have left. */
function refuseAfterFirstByte({ finished }: Visit): void {
  if (!finished) return
  throw new UsageError(
    'a session cannot be created or rotated after the response has begun: its cookie cannot be ' +
      'sent any more; do it before the first byte',
  )
}

function oweCookie({ policy, seal }: Engine, { visit, base, family }: SessionState): void {
  if (base === undefined) return
  const { name, secure } = visit.cookie
  const { id, edition } = base.record
  const value = seal.write(name, { id, family, edition })
  const maxAge = lifeOf(policy.cookie.maxAge, base)
  visit.owedCookie = setCookie({ name, value, secure, maxAge }, policy.cookie.attributes)
  if (secure) warnIfPlainHttp(visit.request)
}

/** Only a cookie that outlives the browser has a life to prolong. */
function oweRefreshedCookie(engine: Engine, state: SessionState): void {
  const { base } = state
  if (base !== undefined && lifeOf(engine.policy.cookie.maxAge, base) !== undefined) {
    oweCookie(engine, state)
  }
}

function lifeOf(maxAge: number | null, { record }: Base): number | undefined {
  const timeout = record.timeoutMs / 1000
  if (maxAge !== null) return Math.max(maxAge, timeout)
  return record.persistent ? timeout : undefined
}

function resultOf({ policy }: Engine, visit: Visit, outcome: Outcome): CommitResult {
  visit.finished = true
  const { name, secure } = visit.cookie
  if (outcome === 'gone') return { outcome }
  if (outcome === 'destroyed') {
    return { outcome, setCookie: removeCookie(name, secure, policy.cookie.attributes) }
  }
  return visit.owedCookie === undefined ? { outcome } : { outcome, setCookie: visit.owedCookie }
}
