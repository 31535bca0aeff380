import { OptionError } from '../errors.ts'
import { HOW_TO_MAKE, isGuessable } from '../options/guessable.ts'
import { type Policy, resolveOptions } from '../options/resolve.ts'
import { fromSettings } from '../settings/settings.ts'
import { type Finding, fail, ok, warn } from './finding.ts'
import type { Given } from './where.ts'

interface Checked {
  readonly findings: readonly Finding[]
  readonly policy?: Policy
}

/** What sessionsFromSettings would make of the settings, and what is unwise in it. */
export function checkConfiguration(given: Given | undefined): Checked {
  if (given === undefined) return { findings: [] }
  const { settings, base, from } = given
  try {
    const policy = fromSettings(settings, base, resolveOptions)
    return {
      findings: [ok('settings', `The settings of ${from} are taken.`), ...unwise(policy)],
      policy,
    }
  } catch (error) {
    if (!(error instanceof OptionError)) throw error
    const means = `The settings of ${from} are refused: ${error.message}.`
    return { findings: [fail('settings', means, 'Correct it; docs/options.md has every setting.')] }
  }
}

function unwise({ secrets, cookie, absoluteTimeoutMs, renewalTimeoutMs }: Policy): Finding[] {
  const { sameSite, httpOnly, domain } = cookie.attributes
  return [
    secrets.some(isGuessable)
      ? fail(
          'secret',
          'A secret looks guessable: who guesses it can sign cookies.',
          `Take a random one; ${HOW_TO_MAKE}.`,
        )
      : ok('secret', 'No secret looks guessable.'),
    cookie.secure === false
      ? fail(
          'cookie secure',
          'The cookie is sent over http too: who is on the way can take the session.',
          'Remove cookie_secure; auto knows a development machine.',
        )
      : ok(
          'cookie secure',
          'The cookie is sent over https only, but for plain http from this machine.',
        ),
    httpOnly
      ? ok('cookie http only', 'Scripts of a page cannot read the cookie.')
      : warn(
          'cookie http only',
          'Scripts of a page can read the cookie, those of an attacker too.',
          'Remove cookie_http_only.',
        ),
    sameSite === 'none'
      ? warn(
          'cookie same site',
          'The cookie comes with requests that other sites cause.',
          'Use lax; if it has to be none, check CSRF tokens in every form.',
        )
      : ok('cookie same site', `The cookie is SameSite ${sameSite}.`),
    ...(domain === undefined
      ? []
      : [
          warn(
            'cookie domain',
            `The cookie goes to every subdomain of ${domain}, and each can set it.`,
            'Remove cookie_domain unless they share sessions.',
          ),
        ]),
    absoluteTimeoutMs === null
      ? warn(
          'absolute timeout',
          'A session that is used never ends; a stolen one too.',
          'Set absolute_timeout, 2592000 (30 days) for example.',
        )
      : ok('absolute timeout', `A session ends after ${absoluteTimeoutMs / 1000} seconds at last.`),
    renewalTimeoutMs === null
      ? warn(
          'renewal',
          'The cookie is never renewed, so a stolen copy is never noticed.',
          'Remove renewal_timeout, or set it to 3600.',
        )
      : ok('renewal', `The cookie is renewed every ${renewalTimeoutMs / 1000} seconds.`),
  ]
}
