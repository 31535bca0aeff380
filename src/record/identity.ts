/** How and when somebody signed in. */
export interface SignedIn {
  /** Milliseconds since the epoch, by the store's clock. */
  readonly at: number
  /** Authentication methods, as RFC 8176 names them: `pwd`, `otp`, `hwk`. */
  readonly amr: readonly string[]
  /** What the application noted of the client, for a list of somebody's sessions. */
  readonly address: string | null
  readonly userAgent: string | null
}

export interface Identity {
  readonly principal: string | null
  readonly signedIn: SignedIn | null
}

export const NOBODY: Identity = Object.freeze({ principal: null, signedIn: null })

const NONE = '-'
const WORD = String.raw`[\w.!~*'()%-]`

/**
 * The field of a record's header that says who is signed in: `-` for nobody, else
 *
 *     principal [ "@" at *( "," amr ) [ ";" address ";" user-agent ] ]
 *
 * each part percent-encoded, `at` in milliseconds from `created`.
 */
export const IDENTITY = `${WORD}*(?:@-?\\d{1,15}(?:,${WORD}+)*(?:;${WORD}*;${WORD}*)?)?`

const PARTS = /^([^@]*)@(-?\d+)([^;]*)(?:;([^;]*);([^;]*))?$/

export function formatIdentity({ principal, signedIn }: Identity, createdAt: number): string {
  const who = formatPrincipal(principal)
  if (signedIn === null) return who
  const { at, amr, address, userAgent } = signedIn
  const methods = amr.map((method) => `,${encodeURIComponent(method)}`).join('')
  const client =
    address === null && userAgent === null ? '' : `;${encode(address)};${encode(userAgent)}`
  return `${who}@${at - createdAt}${methods}${client}`
}

/** The part of the field that names the principal; `-` alone is no principal. */
export function formatPrincipal(principal: string | null): string {
  if (principal === null) return NONE
  return principal === NONE ? '%2D' : encodeURIComponent(principal)
}

/** `undefined` for text that is not UTF-8 once decoded, and for nobody who has signed in. */
export function parseIdentity(field: string, createdAt: number): Identity | undefined {
  if (field === NONE) return NOBODY
  try {
    const parts = PARTS.exec(field)
    if (parts === null) return { principal: decode(field), signedIn: null }
    const [, who = '', at, methods = '', address = '', userAgent = ''] = parts
    const signedIn: SignedIn = {
      at: createdAt + Number(at),
      amr: amrOf(methods),
      address: address === '' ? null : decode(address),
      userAgent: userAgent === '' ? null : decode(userAgent),
    }
    return who === NONE ? undefined : { principal: decode(who), signedIn }
  } catch {
    return undefined
  }
}

const NO_METHODS: readonly string[] = Object.freeze([])

/** Frozen: a record is shared by all requests that read it. */
function amrOf(methods: string): readonly string[] {
  if (methods === '') return NO_METHODS
  return Object.freeze(methods.slice(1).split(',').map(decode))
}

function encode(text: string | null): string {
  return text === null ? '' : encodeURIComponent(text)
}

function decode(text: string): string {
  return text.includes('%') ? decodeURIComponent(text) : text
}
