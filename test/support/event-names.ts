import type { SessionEvent } from '../../src/events.ts'

export const EVENTS: readonly SessionEvent[] = [
  'opened',
  'created',
  'saved',
  'touched',
  'destroyed',
  'gone',
  'conflict',
  'rotated',
  'replayed',
  'rejected',
  'refused',
  'unavailable',
  'signedIn',
  'signedOut',
  'revoked',
  'limited',
  'large',
]
