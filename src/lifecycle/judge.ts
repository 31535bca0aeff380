import type { VerifiedCredential } from '../cookie/credential.ts'
import { StoreError } from '../errors.ts'
import type { RejectReason } from '../events.ts'
import type { Policy } from '../options/resolve.ts'
import { type SessionRecord, expiryOf } from '../record/record.ts'
import { type ReadAnswer, isRecord } from '../store/store.ts'
import { isRenewalDue } from './owed-cookie.ts'

export type Refusal = RejectReason | 'replayed'

/** PROTOCOL.md rule 4, in its order. */
export function judge(
  { renewalGraceMs }: Policy,
  answer: ReadAnswer,
  credential: VerifiedCredential,
  now: number,
): SessionRecord | Refusal {
  if (typeof answer === 'string') return answer
  if (answer.id !== credential.id) {
    throw new StoreError('read', `the reply for session ${credential.id} belongs to another one`)
  }
  if (!isRecord(answer)) return 'ended'
  // So that a record without its times, from a store that is wrong, is no session for ever.
  if (!(now < expiryOf(answer))) return 'expired'
  if (answer.familyHash !== credential.familyHash) return 'rotated'
  const behind = answer.edition - credential.edition
  if (behind <= 0) return answer
  return behind === 1 && now < answer.promotedAt + renewalGraceMs ? answer : 'replayed'
}

/** The cookie is not the one this browser should hold by now. */
export function needsRenewal(
  policy: Policy,
  { edition, signedByFirst }: VerifiedCredential,
  record: SessionRecord,
  now: number,
): boolean {
  if (!signedByFirst || edition < record.edition) return true
  return edition === record.edition && isRenewalDue(policy, record, now)
}
