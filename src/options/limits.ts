/** The bounds of options and of what members take: whole seconds, unless a name says otherwise. */
export const LIMITS = {
  seconds: { min: 1, max: 34_560_000 },
  touchInterval: { min: 0, max: 3600 },
  renewalGrace: { min: 1, max: 3600 },
  perPrincipal: { min: 1, max: 10_000 },
  storeTimeoutMs: { min: 10, max: 60_000 },
  maxBytes: { min: 1, max: 536_870_912 },
  secretLength: 32,
  prefixLength: 128,
} as const

export const DEFAULTS = {
  prefix: 'session:',
  timeout: 1200,
  absoluteTimeout: 2_592_000,
  maxTouchInterval: 60,
  renewalTimeout: 3600,
  renewalGrace: 60,
  reasonKept: 3600,
  storeTimeoutMs: 1000,
  maxBytes: 1_048_576,
  warnBytes: 65_536,
} as const
