import { GoneError, UsageError } from '../errors.ts'
import { publish } from '../events.ts'
import { checkSeconds, requireOptions, show } from '../options/check.ts'
import { LIMITS } from '../options/limits.ts'
import { PRESETS } from '../options/resolve-timeouts.ts'
import type { Outcome, SignInOptions } from '../session/members.ts'
import { replaceState, stateOf } from '../session/session.ts'
import type { SessionState, SignIn } from '../session/state.ts'
import type { Visit } from '../session/visit.ts'
import { anew, hasVanished } from './anew.ts'
import { carryOut, repeat } from './commit.ts'
import { type Engine, storeTime } from './engine.ts'
import { inTurn } from './in-turn.ts'
import { wishSignIn } from './wish-sign-in.ts'

const KNOWN = [
  'keep',
  'amr',
  'client',
  'timeout',
  'absoluteTimeout',
  'persistent',
] as const satisfies readonly (keyof SignInOptions)[]
const LONGEST = { principal: 256, amr: 32, address: 64, userAgent: 256 } as const

/**
 * Signs somebody in, now: a new family in the same write (PROTOCOL.md rules 3 and 19). Nothing of
 * it stays when it fails.
 */
export async function signIn(
  engine: Engine,
  visit: Visit,
  principal: string,
  options: SignInOptions,
): Promise<void> {
  const checked = check(engine, principal, options)
  if (visit.finished) {
    throw new UsageError('signIn() comes too late: the response, with its cookie, has begun')
  }
  const present = Object.keys(visit.session)
  const { ends } = visit
  // invalidate() was called after it: then it is over, however much of it was done by then.
  const isOver = () => visit.ends !== ends
  await inTurn(visit, async () => {
    const before = stateOf(visit.session)
    const { standing } = before
    const lost =
      standing === 'refused' || (standing === 'gone' && (await hasVanished(engine, before)))
    if (!lost && standing !== 'open') throw new GoneError(before.id)
    // Ahead of all that is taken back when this fails: what it has stored stays stored.
    if (!lost) await repeat(engine, visit, false)
    const now = Math.trunc(await storeTime(engine, visit))
    if (isOver()) return
    const state = lost ? anew(before) : before
    const wish = wishOf(state, checked, now)
    const takeBack = wishSignIn(before, state, wish, { ...checked, present })
    try {
      await store(engine, visit, wish, isOver)
    } catch (error) {
      if (!isOver()) takeBack()
      throw error
    }
  })
  if (isOver()) return
  const { id } = stateOf(visit.session)
  publish('signedIn', { id, principal, request: visit.request })
}

/** Ends the session, now, and tells that its principal did so. */
export async function signOut(visit: Visit): Promise<Outcome> {
  const { id, principal } = stateOf(visit.session)
  visit.session.invalidate()
  const outcome = await visit.lifecycle.save(visit)
  if (outcome === 'destroyed') publish('signedOut', { id, principal, request: visit.request })
  return outcome
}

interface Checked {
  readonly principal: string
  readonly keep: readonly string[]
  readonly amr: readonly string[]
  readonly address: string | null
  readonly userAgent: string | null
  readonly timeoutMs: number | undefined
  readonly absoluteTimeoutMs: number | null
  readonly persistent: boolean | undefined
}

function check({ policy }: Engine, principal: unknown, options: SignInOptions): Checked {
  requireOptions('signIn', options, KNOWN)
  const { keep = [], amr = [], client = {}, timeout, absoluteTimeout, persistent } = options
  requireOptions('signIn: client', client, ['address', 'userAgent'])
  return {
    principal: requireText('principal', principal, LONGEST.principal),
    keep: requireTexts('keep', keep, 1024),
    amr: requireTexts('amr', amr, LONGEST.amr),
    address: clip('address', client.address),
    userAgent: clip('userAgent', client.userAgent),
    timeoutMs: timeout === undefined ? undefined : requireMs('timeout', timeout),
    absoluteTimeoutMs:
      absoluteTimeout === undefined
        ? policy.absoluteTimeoutMs
        : requireAbsolute(absoluteTimeout, policy.preset && PRESETS[policy.preset].absoluteAtMost),
    persistent: persistent === undefined ? undefined : requireTruth('persistent', persistent),
  }
}

function requireTruth(name: string, value: unknown): boolean {
  if (typeof value === 'boolean') return value
  throw new UsageError(`signIn: ${name} must be true or false, not ${show(value)}`)
}

function requireText(name: string, value: unknown, longest: number): string {
  const rule = `signIn: ${name} must be a well-formed string of 1 to ${longest} characters`
  if (typeof value !== 'string') throw new UsageError(`${rule}, not ${show(value)}`)
  if (value === '' || value.length > longest || !value.isWellFormed()) throw new UsageError(rule)
  return value
}

function requireTexts(name: string, values: unknown, longest: number): readonly string[] {
  if (!Array.isArray(values)) {
    throw new UsageError(`signIn: ${name} must be an array of strings, not ${show(values)}`)
  }
  return Object.freeze(values.map((value) => requireText(name, value, longest)))
}

function requireMs(name: string, seconds: unknown): number {
  const checked = checkSeconds(seconds, LIMITS.seconds)
  if (typeof checked === 'string') throw new UsageError(`signIn: ${name} ${checked}`)
  return checked * 1000
}

function requireAbsolute(seconds: number | null, atMost: number | undefined): number | null {
  if (seconds === null && atMost === undefined) return null
  const absoluteMs =
    seconds === null ? Number.POSITIVE_INFINITY : requireMs('absoluteTimeout', seconds)
  if (atMost === undefined || absoluteMs <= atMost * 1000) return absoluteMs
  throw new UsageError(`signIn: the preset allows an absoluteTimeout of at most ${atMost} seconds`)
}

/** What a client says of itself is noted as far as it fits. */
function clip(name: 'address' | 'userAgent', text: unknown): string | null {
  if (text === undefined || text === '') return null
  if (typeof text === 'string') return text.slice(0, LONGEST[name]).toWellFormed()
  throw new UsageError(`signIn: client.${name} must be a string, not ${show(text)}`)
}

function wishOf(state: SessionState, checked: Checked, now: number): SignIn {
  const { principal, keep, amr, address, userAgent, absoluteTimeoutMs } = checked
  return {
    principal,
    signedIn: { at: now, amr, address, userAgent },
    deadline: absoluteTimeoutMs === null ? null : now + absoluteTimeoutMs,
    keep: state.principal === principal ? undefined : keep,
  }
}

/** It goes on with a session of its own where a visitor's record has vanished. */
async function store(
  engine: Engine,
  visit: Visit,
  wish: SignIn,
  isOver: () => boolean,
): Promise<void> {
  const state = stateOf(visit.session)
  if ((await carryOut(engine, visit, false)) !== 'gone' || isOver()) return
  if (!(await hasVanished(engine, state))) throw new GoneError(state.id)
  if (isOver()) return
  const afresh = anew(state)
  afresh.wishes = { ...state.wishes, signIn: wish }
  delete afresh.wishes.family
  replaceState(visit.session, afresh)
  if ((await carryOut(engine, visit, false)) === 'gone') throw new GoneError(state.id)
}
