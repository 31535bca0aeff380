import { DEFAULTS } from './limits.ts'
import type { Policy } from './resolve.ts'
import { PRESETS } from './resolve-timeouts.ts'

/**
 * What is in force, one sentence a line, for the documents an operator has to keep (OWASP ASVS 5.0
 * 7.1.1). It names no secret.
 */
export function describePolicy(policy: Policy): string {
  return [
    ...timeouts(policy),
    ...accounts(policy),
    ...rotation(policy),
    ...cookie(policy),
    ...storage(policy),
  ]
    .map((line) => `- ${line}\n`)
    .join('')
}

function timeouts(policy: Policy): string[] {
  const { timeoutMs, absoluteTimeoutMs, unprovenTimeoutMs, touchIntervalMs } = policy
  const lines = [
    `A session ends after ${seconds(timeoutMs)} without activity, noted up to ` +
      `${seconds(touchIntervalMs(timeoutMs))} late; the application may change this for a session.`,
    absoluteTimeoutMs === null
      ? 'A session in use has no last end.'
      : `A session ends ${seconds(absoluteTimeoutMs)} after its creation, however active it is.`,
  ]
  if (unprovenTimeoutMs !== null) {
    lines.push(
      `A session of nobody ends after ${seconds(unprovenTimeoutMs)} until a second request ` +
        'brings its cookie back.',
    )
  }
  return [...lines, ...assurance(policy)]
}

/** What NIST SP 800-63B-4 says SHOULD of, and the options do not follow. */
function assurance({ preset, timeoutMs, absoluteTimeoutMs }: Policy): string[] {
  if (preset === undefined) return []
  const { timeout, absoluteTimeout } = PRESETS[preset]
  const lines = [`The timeouts are those of ${preset.toUpperCase()} (NIST SP 800-63B-4).`]
  if (preset !== 'aal1' && timeoutMs > timeout * 1000) {
    lines.push(deviation(preset, 'inactivity', timeout, timeoutMs))
  }
  if (absoluteTimeoutMs !== null && absoluteTimeoutMs > absoluteTimeout * 1000) {
    lines.push(deviation(preset, 'overall', absoluteTimeout, absoluteTimeoutMs))
  }
  return lines
}

function deviation(preset: string, which: string, at: number, isMs: number): string {
  return (
    `Deviation to justify: ${preset.toUpperCase()} recommends an ${which} timeout of at most ` +
    `${seconds(at * 1000)}; it is ${seconds(isMs)}.`
  )
}

function accounts({ maxPerPrincipal, reasonKeptMs, epoch }: Policy): string[] {
  const { limit, onLimit } = maxPerPrincipal ?? {}
  const next = onLimit === 'refuse' ? 'is refused' : 'ends the one that was signed in first'
  return [
    limit === undefined
      ? 'An account may have any number of sessions.'
      : `An account may have ${limit} session${limit === 1 ? '' : 's'}; another sign-in ${next}.`,
    'A sign-in may bring limits of its own, such as those of a session at an identity provider.',
    `A session that somebody else ends can tell why for ${seconds(reasonKeptMs)}.`,
    ...(epoch ? ['All sessions can be ended at once.'] : []),
  ]
}

function rotation({ renewalTimeoutMs, renewalGraceMs, onReplay }: Policy): string[] {
  if (renewalTimeoutMs === null) return ['The cookie is replaced when the application rotates it.']
  const consequence =
    onReplay === 'end'
      ? 'opens nothing, ends its session and is reported.'
      : 'opens nothing and is reported.'
  return [
    `The cookie is replaced after ${seconds(renewalTimeoutMs)}, and when the application rotates it.`,
    `A replaced cookie that comes ${seconds(renewalGraceMs)} after its successor was first used ` +
      consequence,
  ]
}

function cookie({
  cookie: { secureName, plainName, secure, maxAge, attributes },
}: Policy): string[] {
  const { path, domain, httpOnly, sameSite, partitioned } = attributes
  const flags = [
    `path ${path}`,
    domain === undefined ? 'this host only' : `domain ${domain} and its subdomains`,
    httpOnly ? 'HttpOnly' : 'readable by scripts',
    `SameSite ${sameSite}`,
    ...(partitioned ? ['Partitioned'] : []),
    maxAge === null ? 'kept until the browser closes' : `kept ${seconds(maxAge * 1000)} or longer`,
  ]
  const transport =
    secure === 'auto'
      ? `Secure, except as ${plainName} for plain http from this machine`
      : secure
        ? 'Secure'
        : 'not Secure'
  return [
    `The cookie ${secure === false ? plainName : secureName}: ${transport}; ${flags.join('; ')}.`,
  ]
}

function storage({ secrets, serializer, maxBytes, prefix }: Policy): string[] {
  const [one, verifying] = [secrets.length === 1, secrets.length - 1]
  return [
    `The cookie is signed with HMAC-SHA256 by one secret${one ? '' : `; ${verifying} more verify`}.`,
    'The store keeps the SHA-256 of what the cookie proves: its contents open no session.',
    serializer.builtIn
      ? 'Session data are stored as readable JSON.'
      : 'Session data are stored as the serializer of the application writes them.',
    `A session stores at most ${maxBytes} bytes, under keys that begin with ${prefix || 'its id'}` +
      `${prefix === DEFAULTS.prefix ? ' (the default)' : ''}.`,
  ]
}

/** `86400 seconds (1 day)`: exact, and readable. */
function seconds(ms: number): string {
  const count = ms / 1000
  const exact = `${count} second${count === 1 ? '' : 's'}`
  for (const [name, size] of UNITS) {
    if (count < size || count % size !== 0) continue
    const units = count / size
    return `${exact} (${units} ${name}${units === 1 ? '' : 's'})`
  }
  return exact
}

const UNITS = [
  ['day', 86_400],
  ['hour', 3600],
  ['minute', 60],
] as const
