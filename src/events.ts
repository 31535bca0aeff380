import { channel } from 'node:diagnostics_channel'
import type { StoreOperation } from './errors.ts'

/**
 * What happened to a session. Each is published on the `node:diagnostics_channel` channel
 * `sojourn:<event>`.
 */
export type SessionEvent =
  | 'opened'
  | 'created'
  | 'saved'
  | 'touched'
  | 'destroyed'
  | 'gone'
  | 'conflict'
  | 'rotated'
  | 'replayed'
  | 'rejected'
  | 'refused'
  | 'unavailable'
  | 'signedIn'
  | 'signedOut'
  | 'revoked'
  | 'limited'
  | 'large'

/** Why a cookie opened no session. */
export type RejectReason =
  | 'malformed'
  | 'forged'
  | 'expired'
  | 'absent'
  | 'undecodable'
  | 'duplicate'
  | 'rotated'
  | 'ended'

/** The message of every event. It never carries a cookie, a signature or session data. */
export interface SessionEventMessage {
  readonly id?: string
  readonly reason?: RejectReason | 'cross_origin' | 'late_changes' | 'renewed' | 'replayed'
  readonly operation?: StoreOperation
  /** Whose session it is: of `signedIn`, `signedOut`, `revoked` and `limited`. */
  readonly principal?: string | null
  /** Of `revoked`: the reason that was given, and who gave it. */
  readonly why?: string
  readonly by?: string
  /** Of `large`: what the session takes, and the largest of its keys as this request has them. */
  readonly bytes?: number
  readonly largest?: readonly { readonly key: string; readonly bytes: number }[]
  readonly request?: unknown
}

const channels = {
  opened: channel('sojourn:opened'),
  created: channel('sojourn:created'),
  saved: channel('sojourn:saved'),
  touched: channel('sojourn:touched'),
  destroyed: channel('sojourn:destroyed'),
  gone: channel('sojourn:gone'),
  conflict: channel('sojourn:conflict'),
  rotated: channel('sojourn:rotated'),
  replayed: channel('sojourn:replayed'),
  rejected: channel('sojourn:rejected'),
  refused: channel('sojourn:refused'),
  unavailable: channel('sojourn:unavailable'),
  signedIn: channel('sojourn:signedIn'),
  signedOut: channel('sojourn:signedOut'),
  revoked: channel('sojourn:revoked'),
  limited: channel('sojourn:limited'),
  large: channel('sojourn:large'),
} satisfies Record<SessionEvent, unknown>

export function publish(event: SessionEvent, message: SessionEventMessage): void {
  const target = channels[event]
  if (target.hasSubscribers) target.publish(message)
}
