import { OptionError } from '../errors.ts'
import { requireSeconds, requireWord } from './check.ts'
import { type Preset, type SessionOptions } from './options.ts'
import { DEFAULTS, LIMITS } from './limits.ts'

/** How long a session and its cookie last, in milliseconds. */
export interface Timeouts {
  readonly preset: Preset | undefined
  readonly timeoutMs: number
  readonly absoluteTimeoutMs: number | null
  /** How late activity may be noted, for a session with this timeout. */
  readonly touchIntervalMs: (timeoutMs: number) => number
  readonly renewalTimeoutMs: number | null
  readonly renewalGraceMs: number
  readonly unprovenTimeoutMs: number | null
}

/** What a preset puts in the place of the defaults. */
interface Limits {
  readonly timeout: number
  readonly absoluteTimeout: number
  /** The most the absolute timeout may be, where the standard says SHALL. */
  readonly absoluteAtMost?: number
}

/** NIST SP 800-63B-4, sections 2.1.3, 2.2.3 and 2.3.3: reauthentication. */
export const PRESETS: Readonly<Record<Preset, Limits>> = {
  aal1: { timeout: DEFAULTS.timeout, absoluteTimeout: 30 * 86_400 },
  aal2: { timeout: 3600, absoluteTimeout: 86_400 },
  aal3: { timeout: 900, absoluteTimeout: 43_200, absoluteAtMost: 43_200 },
}

export function resolveTimeouts<D extends object>(options: SessionOptions<D>): Timeouts {
  const preset = resolvePreset(options.preset)
  const defaults = preset === undefined ? DEFAULTS : PRESETS[preset]
  const { timeout = defaults.timeout, renewalGrace = DEFAULTS.renewalGrace } = options
  const timeoutMs = toMs('timeout', timeout)
  const renewalGraceMs = 1000 * requireSeconds('renewalGrace', renewalGrace, LIMITS.renewalGrace)
  return {
    preset,
    timeoutMs,
    absoluteTimeoutMs: resolveAbsolute(options.absoluteTimeout, preset),
    touchIntervalMs: resolveTouchInterval(options.touchInterval),
    renewalTimeoutMs: resolveRenewal(options.renewalTimeout, renewalGraceMs),
    renewalGraceMs,
    unprovenTimeoutMs: resolveUnproven(options.unprovenTimeout, timeoutMs),
  }
}

function toMs(option: string, seconds: unknown): number {
  return 1000 * requireSeconds(option, seconds, LIMITS.seconds)
}

function resolvePreset(preset: unknown): Preset | undefined {
  return preset === undefined
    ? undefined
    : requireWord<Preset>('preset', preset, ['aal1', 'aal2', 'aal3'])
}

/** A standard that says SHALL is not loosened by an option beside it. */
function resolveAbsolute(
  seconds: number | null | undefined,
  preset: Preset | undefined,
): number | null {
  if (preset === undefined) {
    const { absoluteTimeout } = DEFAULTS
    return seconds === null ? null : toMs('absoluteTimeout', seconds ?? absoluteTimeout)
  }
  const { absoluteTimeout, absoluteAtMost = LIMITS.seconds.max } = PRESETS[preset]
  if (seconds === null) {
    throw new OptionError('absoluteTimeout', `must not be null with preset '${preset}'`)
  }
  const absoluteMs = toMs('absoluteTimeout', seconds ?? absoluteTimeout)
  if (absoluteMs <= absoluteAtMost * 1000) return absoluteMs
  const rule = `must be at most ${absoluteAtMost} seconds with preset '${preset}'`
  throw new OptionError('absoluteTimeout', `${rule}, not ${seconds}`)
}

function resolveTouchInterval(seconds: number | undefined): (timeoutMs: number) => number {
  if (seconds === undefined) {
    return (timeoutMs) => Math.min(DEFAULTS.maxTouchInterval * 1000, Math.floor(timeoutMs / 20))
  }
  const interval = 1000 * requireSeconds('touchInterval', seconds, LIMITS.touchInterval)
  return (timeoutMs) => Math.min(interval, timeoutMs)
}

/** Shorter, and a request delayed on its way could find its edition two behind. */
function resolveRenewal(seconds: number | null | undefined, graceMs: number): number | null {
  if (seconds === null) return null
  const renewalMs = toMs('renewalTimeout', seconds ?? DEFAULTS.renewalTimeout)
  if (renewalMs >= 2 * graceMs) return renewalMs
  if (seconds === undefined) {
    const rule = `must be at most half of renewalTimeout (${renewalMs / 1000})`
    throw new OptionError('renewalGrace', `${rule}, not ${graceMs / 1000}`)
  }
  const rule = `must be at least twice renewalGrace (${graceMs / 1000})`
  throw new OptionError('renewalTimeout', `${rule}, not ${seconds}`)
}

function resolveUnproven(seconds: number | null = null, timeoutMs: number): number | null {
  if (seconds === null) return null
  const unprovenMs = toMs('unprovenTimeout', seconds)
  if (unprovenMs <= timeoutMs) return unprovenMs
  const rule = `must be at most the timeout (${timeoutMs / 1000})`
  throw new OptionError('unprovenTimeout', `${rule}, not ${seconds}`)
}
