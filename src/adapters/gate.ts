import type { AnyResponse, SendingMethod } from './any-response.ts'
import type { FirstByte } from './first-byte.ts'
import type { HeldResponse } from './held-response.ts'
import type { HeadersToAdd } from './response-headers.ts'

/** The methods a gate stands before. */
export type Methods = Pick<AnyResponse, SendingMethod>

/**
 * Where a gate stands. `held` waits for the commits; `answered` has their headers, and no head was
 * sent with them yet; `failing` lets an error response through; `failed` swallows.
 */
type Phase = 'untouched' | 'held' | 'answered' | 'passing' | 'failing' | 'failed'

export const gateOf = Symbol('sojourn.gate')

export type Gated = AnyResponse & { [gateOf]: Gate }

/** The state of one response, and the methods it had before. */
export interface Gate extends Methods {
  phase: Phase
  /** Its methods are the response's own, not shared with others. */
  own: boolean
  firstBytes: FirstByte[]
  additions: HeadersToAdd[]
  held: HeldResponse | undefined
  error: unknown
}
