import type { VerifiedCredential } from '../cookie/credential.ts'
import { findCookie } from '../cookie/read.ts'
import { isSecure } from '../cookie/secure.ts'
import { publish } from '../events.ts'
import type { SessionRecord } from '../record/record.ts'
import { dropData, hydrate, replaceState, stateOf } from '../session/session.ts'
import { decodeData } from '../record/codec.ts'
import { Base, viewAs, viewOf } from '../session/base.ts'
import type { Data } from '../session/changes.ts'
import { SessionState } from '../session/state.ts'
import { type CreateObject, type Lifecycle, Visit } from '../session/visit.ts'
import type { ReadAnswer } from '../store/store.ts'
import { type Engine, ask, storeNow } from './engine.ts'
import { findAdopted, oldCookieOf } from './adopt.ts'
import { type Refusal, judge, needsRenewal } from './judge.ts'
import { readData, readFlash } from './payload.ts'
import { touchIfDue } from './touch.ts'

export interface OpenOptions {
  /** `false`: this request does not prolong the session (polling). Default `true`. */
  readonly countAsActivity?: boolean
  /** Read past any cache. Today every read is fresh. Default `false`. */
  readonly fresh?: boolean
  /**
   * Whether the request comes over plain http from this machine's own browser, for `cookie.secure`
   * `'auto'`. Default: found out from a Node request; `false` for any other.
   */
  readonly local?: boolean
}

/** Opens what a Cookie header holds. Without a cookie of ours nothing is asked of the store. */
export function openVisit(
  engine: Engine,
  lifecycle: Lifecycle,
  header: string | undefined,
  request: unknown,
  { countAsActivity = true, local }: OpenOptions,
  create: CreateObject,
): Visit | Promise<Visit> {
  const { cookie } = engine.policy
  const secure = isSecure(cookie, request, local)
  const name = secure ? cookie.secureName : cookie.plainName
  const found = findCookie(header, name)
  const target = { name, secure, sent: found !== 'none' }
  const visit = new Visit(lifecycle, request, target, countAsActivity, engine.store.now(), create)
  if (engine.policy.migrate !== undefined) visit.cookieHeader = header
  if (found === 'none') return openOld(engine, visit) ?? visit.admit()
  const credential = found === 'duplicate' ? found : engine.seal.read(name, found.value)
  if (typeof credential !== 'string') return openStored(engine, visit, credential)
  publish('rejected', { reason: credential, request })
  return openOld(engine, visit) ?? visit.admit()
}

function openStored(engine: Engine, visit: Visit, credential: VerifiedCredential): Promise<Visit> {
  const key = engine.policy.prefix + credential.id
  const answer = ask(engine, visit, 'read', (store) => store.read(key))
  return answer.then((found) => {
    const old = found === 'absent' ? openOld(engine, visit) : undefined
    return old ?? enter(engine, visit, credential, found)
  })
}

/** Option `migrate`: a browser that has no session of ours may have one of another library. */
function openOld(engine: Engine, visit: Visit): Promise<Visit> | undefined {
  const cookie = visit.cookieHeader === undefined ? undefined : oldCookieOf(engine, visit)
  if (cookie === undefined) return undefined
  return findAdopted(engine, visit, cookie).then(async ({ answer, adoption, familyHash }) => {
    const credential = { ...cookie, edition: 0, familyHash, signedByFirst: true }
    await enter(engine, visit, credential, answer)
    if (stateOf(visit.session).base !== undefined) visit.adoption = adoption
    return visit
  })
}

function enter(
  engine: Engine,
  visit: Visit,
  credential: VerifiedCredential,
  answer: ReadAnswer,
): Visit | Promise<Visit> {
  visit.openedAt = storeNow(engine, visit)
  const verdict = judge(engine.policy, answer, credential, visit.openedAt)
  if (verdict === 'replayed') return refuseReplay(engine, visit, credential, answer)
  if (typeof verdict === 'string') return refuse(visit, credential.id, verdict)
  const contents = decode(engine, verdict)
  return contents instanceof Promise
    ? contents.then((decoded) => show(engine, visit, credential, decoded))
    : show(engine, visit, credential, contents)
}

function show(
  engine: Engine,
  visit: Visit,
  credential: VerifiedCredential,
  contents: Contents | 'undecodable',
): Visit {
  const { id } = credential
  if (contents === 'undecodable' || !fill(visit, contents.data)) {
    return refuse(visit, id, 'undecodable')
  }
  const { base } = contents
  const { family, edition } = credential
  const state = new SessionState(visit, { base, family, edition })
  replaceState(visit.session, state)
  publish('opened', { id, request: visit.request })
  touchIfDue(engine, visit, state, base)
  if (needsRenewal(engine.policy, credential, base.record, visit.openedAt)) visit.renewal = 'may'
  return visit.admit()
}

interface Contents {
  readonly data: Data
  readonly base: Base
}

/** What cannot be decoded is no session; it is left as it lies. Most records need no promise. */
function decode(
  engine: Engine,
  record: SessionRecord,
): Contents | 'undecodable' | Promise<Contents | 'undecodable'> {
  const { builtIn } = engine.policy.serializer
  if (!builtIn || record.flash !== undefined) return decodeSlowly(engine, record)
  try {
    const data = decodeData(record.data)
    const view = viewAs(record.data as string, data)
    return { data, base: new Base(record, [], view, true) }
  } catch {
    return 'undecodable'
  }
}

async function decodeSlowly(
  engine: Engine,
  record: SessionRecord,
): Promise<Contents | 'undecodable'> {
  try {
    const data = await readData(engine, record)
    const flash = await readFlash(engine, record)
    const { builtIn } = engine.policy.serializer
    const view = builtIn ? viewAs(record.data as string, data) : viewOf(data)
    return { data, base: new Base(record, flash, view, true) }
  } catch {
    return 'undecodable'
  }
}

function fill(visit: Visit, data: Data): boolean {
  try {
    hydrate(visit.session, data)
    return true
  } catch {
    return false
  }
}

/**
 * Absent and unreadable sessions leave a visitor. A killed family or a replay leaves a session
 * that reads empty and cannot be written: creating one would let an old cookie displace a newer.
 */
function refuse(visit: Visit, id: string, reason: Refusal): Visit {
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
async function refuseReplay(
  engine: Engine,
  visit: Visit,
  { id }: VerifiedCredential,
  answer: ReadAnswer,
): Promise<Visit> {
  const { onReplay, prefix } = engine.policy
  const ends = onReplay === 'end' && typeof answer !== 'string'
  if (ends) {
    const { principal } = answer
    const removed = await ask(engine, visit, 'remove', (store) =>
      store.remove(prefix + id, principal),
    )
    if (removed === 'removed')
      publish('destroyed', { id, reason: 'replayed', request: visit.request })
  }
  return refuse(visit, id, 'replayed')
}
