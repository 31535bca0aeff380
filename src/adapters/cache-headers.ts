/** What `Cache-Control` has to say in place of this; `undefined` where it says as much already. */
export function unstored(cacheControl: string): string | undefined {
  return directivesOf(cacheControl).includes('no-store') ? undefined : 'no-store'
}

/**
 * Says who may keep a response. `private` and `no-cache` do so bare, not with names of headers
 * (RFC 9111 5.2.2); `public` and `s-maxage` are for shared caches, and whoever wrote them meant it.
 */
const SAYS_WHO = /^(?:private|no-store|no-cache|public|s-maxage=.*)$/

/** The same for a response that only its own browser may keep. */
export function unshared(cacheControl: string): string | undefined {
  if (cacheControl === '') return 'private'
  const says = directivesOf(cacheControl).some((directive) => SAYS_WHO.test(directive))
  return says ? undefined : `${cacheControl}, private`
}

// RFC 9111 5.2: directives are a comma-separated list, case-insensitive; a quoted argument may
// hold a comma and is not a directive.
function directivesOf(cacheControl: string): string[] {
  const directives = cacheControl.replaceAll(/"(?:[^"\\]|\\.)*"/g, '""').split(',')
  return directives.map((directive) => directive.trim().toLowerCase())
}

/** What `Vary` has to say in place of this; `undefined` where it says as much already. */
export function varyWithCookie(vary: string): string | undefined {
  if (vary === '') return 'Cookie'
  const fields = vary
    .split(',')
    .map((field) => field.trim())
    .filter((field) => field !== '')
  if (fields.some((field) => field === '*' || field.toLowerCase() === 'cookie')) return undefined
  return [...fields, 'Cookie'].join(', ')
}
