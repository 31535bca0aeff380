/** What a Cookie header says about one name. */
export type FoundCookie = { readonly value: string } | 'none' | 'duplicate'

const SEMICOLON = 0x3b
const SPACE = 0x20
const TAB = 0x09

/**
 * Finds one cookie in a Cookie header, as RFC 6265bis 4.2 writes it: exact name, no decoding, no
 * unquoting; only SP and TAB are white space. One pass, whatever the header holds. Readers that
 * trim or decode more let a cookie of another name pass for ours (CVE-2026-39410).
 *
 * Two cookies of the name are `duplicate`: one of them was planted by a sibling host or path, and
 * the header does not say which.
 */
export function findCookie(header: string | undefined, name: string): FoundCookie {
  if (!header) return 'none'
  let found: FoundCookie = 'none'
  const key = `${name}=`
  let at = header.indexOf(key)
  while (at !== -1) {
    if (beginsPair(header, at)) {
      if (found !== 'none') return 'duplicate'
      found = { value: valueAt(header, at + key.length) }
    }
    at = header.indexOf(key, at + key.length)
  }
  return found
}

function isBlank(code: number): boolean {
  return code === SPACE || code === TAB
}

function beginsPair(header: string, at: number): boolean {
  let before = at - 1
  while (isBlank(header.charCodeAt(before))) before--
  return before < 0 || header.charCodeAt(before) === SEMICOLON
}

/** Before the value is `=`, and `slice` of nothing but blanks is empty: neither walk needs an end. */
function valueAt(header: string, from: number): string {
  const semicolon = header.indexOf(';', from)
  let end = semicolon === -1 ? header.length : semicolon
  while (isBlank(header.charCodeAt(end - 1))) end--
  let begin = from
  while (isBlank(header.charCodeAt(begin))) begin++
  return header.slice(begin, end)
}
