import type { VerifiedCredential } from '../cookie/credential.ts'
import { type FoundCookie, findCookie } from '../cookie/read.ts'
import { isSecure } from '../cookie/secure.ts'
import { publish } from '../events.ts'
import { requireWord } from '../options/check.ts'
import type { Tombstone } from '../record/tombstone.ts'
import { replaceState, stateOf } from '../session/session.ts'
import { hydrate } from '../session/data.ts'
import type { Data } from '../session/changes.ts'
import { SessionState } from '../session/state.ts'
import { type CreateObject, type Lifecycle, Visit } from '../session/visit.ts'
import type { ReadAnswer } from '../store/store.ts'
import { type Engine, keyOf, storeNow } from './engine.ts'
import { findAdopted, oldCookieOf } from './adopt.ts'
import { judge, needsRenewal } from './judge.ts'
import { readRecord } from './near.ts'
import { refuse, refuseReplay } from './refuse.ts'
import { type Contents, decode } from './contents.ts'
import { touchIfDue } from './touch.ts'
import { asLastKnown, asVisitor } from './without-store.ts'

const ON_UNAVAILABLE = ['fail', 'visitor', 'read-only'] as const
export type OnUnavailable = (typeof ON_UNAVAILABLE)[number]

export interface OpenOptions {
  /** `false`: this request does not prolong the session (polling). Default `true`. */
  readonly countAsActivity?: boolean
  /** Asks Redis, past the near cache (option `nearCache` of redisStore). Default `false`. */
  readonly fresh?: boolean
  /**
   * What becomes of a request whose session cannot be read. `'fail'`, the default: a StoreError.
   * `'visitor'`: it gets a session that reads empty and cannot be changed, `isAvailable` is `false`;
   * its cookie is left alone. `'read-only'`: the same with what the near cache last knew of the
   * session (option `nearCache.maxOutage` of redisStore); with nothing known as `'fail'`.
   */
  readonly onUnavailable?: OnUnavailable
  /**
   * Whether the request comes over plain http from this machine's own browser, for `cookie.secure`
   * `'auto'`. Default: found out from a Node request; `false` for any other.
   */
  readonly local?: boolean
}

export const OPEN_OPTIONS = [
  'countAsActivity',
  'fresh',
  'onUnavailable',
  'local',
] as const satisfies readonly (keyof OpenOptions)[]

/** Opens what a Cookie header holds. Without a cookie of ours nothing is asked of the store. */
export function openVisit(
  engine: Engine,
  lifecycle: Lifecycle,
  header: string | undefined,
  request: unknown,
  { countAsActivity = true, fresh = false, local, onUnavailable = 'fail' }: OpenOptions,
  create: CreateObject,
): Visit | Promise<Visit> {
  if (onUnavailable !== 'fail') requireWord('onUnavailable', onUnavailable, ON_UNAVAILABLE)
  const { cookie, migrate } = engine.policy
  const secure = isSecure(cookie, request, local)
  const name = secure ? cookie.secureName : cookie.plainName
  const signedInName = secure ? cookie.signedIn.secureName : cookie.signedIn.plainName
  const found = findCookie(header, name)
  const signedIn = findCookie(header, signedInName)
  const target = {
    secure,
    name,
    sent: found !== 'none',
    signedInName,
    signedInSent: signedIn !== 'none',
  }
  const visit = new Visit(lifecycle, request, target, countAsActivity, engine.store.now(), create)
  if (migrate !== undefined) visit.cookieHeader = header
  const opened =
    signedIn === 'none'
      ? openVisitors(engine, visit, found, fresh)
      : openSignedIn(engine, visit, signedIn, found, fresh)
  if (onUnavailable === 'fail' || !(opened instanceof Promise)) return opened
  return opened.catch((error: unknown) =>
    onUnavailable === 'visitor'
      ? asVisitor(visit, error)
      : asLastKnown(engine, visit, { signedIn, visitors: found }, error),
  )
}

/** The cookie of a signed-in session wins. One that opens nothing leaves its turn to the visitor's. */
function openSignedIn(
  engine: Engine,
  visit: Visit,
  found: FoundCookie,
  visitors: FoundCookie,
  fresh: boolean,
): Visit | Promise<Visit> {
  const credential = credentialIn(engine, visit, visit.cookie.signedInName, found)
  if (credential === undefined) return openVisitors(engine, visit, visitors, fresh)
  const orVisitors = () => {
    const { base, standing } = stateOf(visit.session)
    const opened = base !== undefined || standing === 'refused'
    return opened ? visit : openVisitors(engine, visit, visitors, fresh)
  }
  const answer = readRecord(engine, visit, credential, fresh)
  const entered =
    answer instanceof Promise
      ? answer.then((stored) => enter(engine, visit, credential, stored))
      : enter(engine, visit, credential, answer)
  return entered instanceof Promise ? entered.then(orVisitors) : orVisitors()
}

function openVisitors(
  engine: Engine,
  visit: Visit,
  found: FoundCookie,
  fresh: boolean,
): Visit | Promise<Visit> {
  const credential = credentialIn(engine, visit, visit.cookie.name, found)
  if (credential === undefined) return openOld(engine, visit) ?? visit.admit()
  const answer = readRecord(engine, visit, credential, fresh)
  if (!(answer instanceof Promise)) return enter(engine, visit, credential, answer)
  return answer.then((stored) => {
    const old = stored === 'absent' ? openOld(engine, visit) : undefined
    return old ?? enter(engine, visit, credential, stored)
  })
}

/** What a cookie proves; `undefined` where there is none, or none of ours. */
function credentialIn(
  engine: Engine,
  { request }: Visit,
  name: string,
  found: FoundCookie,
): VerifiedCredential | undefined {
  if (found === 'none') return undefined
  const credential = found === 'duplicate' ? found : engine.seal.read(name, found.value)
  if (typeof credential !== 'string') return credential
  publish('rejected', { reason: credential, request })
  return undefined
}

/** Option `migrate`: a browser that has no session of ours may have one of another library. */
function openOld(engine: Engine, visit: Visit): Promise<Visit> | undefined {
  const cookie = visit.cookieHeader === undefined ? undefined : oldCookieOf(engine, visit)
  if (cookie === undefined) return undefined
  return findAdopted(engine, visit, cookie).then(async ({ answer, adoption, familyHash }) => {
    const key = keyOf(engine, cookie.id)
    const credential = { ...cookie, key, edition: 0, familyHash, signedByFirst: true }
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
  if (verdict === 'ended') visit.ended = (answer as Tombstone).ended
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

function fill(visit: Visit, data: Data): boolean {
  try {
    hydrate(visit.session, data)
    return true
  } catch {
    return false
  }
}
