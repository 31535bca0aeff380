import { randomWriteId } from '../cookie/random.ts'
import { UsageError } from '../errors.ts'
import { publish } from '../events.ts'
import { formatPrincipal } from '../record/identity.ts'
import { type SessionRecord, expiryOf } from '../record/record.ts'
import type { Owner } from '../session/visit.ts'
import { isRecord, isTombstone } from '../store/store.ts'
import { type Asking, type Engine, ask, keyOf, storeNow } from './engine.ts'
import { readNow } from './epochs.ts'

/** A session on the list of its principal, and when it signed in. */
export interface Member {
  readonly id: string
  readonly at: number
  readonly text: string
}

/** Why a session is ended by somebody else. */
export interface Revocation {
  /** A word or a sentence, at most 200 characters; `session.ended` has it. */
  readonly reason: string
  /** Who did it, for the event `revoked`. */
  readonly by?: string
}

/** Where a principal's list lies. No session's key has a colon after the prefix. */
export function listKey({ policy }: Engine, principal: string): string {
  return `${policy.prefix}of:${formatPrincipal(principal)}`
}

export function memberOf(id: string, at: number): string {
  return `${id}.${at}`
}

export function parseMember(text: string): Member {
  const [id = '', at] = text.split('.')
  return { id, at: Number(at), text }
}

interface Surveyed {
  readonly live: readonly SessionRecord[]
  readonly dead: readonly Member[]
}

/**
 * Reads the sessions of a list, and takes those off that have ended. One that was put on it lately
 * and has no record may be about to get one, so it stays.
 */
export async function survey(
  engine: Engine,
  asking: Asking,
  principal: string,
  members: readonly Member[],
): Promise<Surveyed> {
  const live = new Map<string, SessionRecord>()
  const dead: Member[] = []
  await inBatches(members, async (member) => {
    const answer = await readNow(engine, asking, keyOf(engine, member.id))
    const now = storeNow(engine, asking)
    const pending = mayBePending(engine, member, now)
    if (isRecord(answer) && answer.principal === principal && now < expiryOf(answer)) {
      live.set(member.id, answer)
      if (isOutdated(member, answer, members, pending)) dead.push(member)
    } else if (!pending || isTombstone(answer)) {
      dead.push(member)
    }
  })
  await delist(engine, asking, principal, dead)
  return { live: [...live.values()], dead }
}

/**
 * Who signs in again is listed anew before the record knows. Of several members of one session the
 * one that the record has stays, and one whose record may still be under way.
 */
function isOutdated(
  { id, at }: Member,
  { signedIn }: SessionRecord,
  members: readonly Member[],
  pending: boolean,
): boolean {
  const known = signedIn?.at
  if (known === undefined || at === known || (at > known && pending)) return false
  return members.some((member) => member.id === id && member.at === known)
}

/** Its record may still be under way: no sign-in takes longer from the list to there. */
function mayBePending({ policy }: Engine, { at }: Member, now: number): boolean {
  return now - at <= Math.max(10_000, 3 * policy.storeTimeoutMs)
}

async function delist(
  engine: Engine,
  asking: Asking,
  principal: string,
  members: readonly Member[],
): Promise<void> {
  if (members.length === 0) return
  const texts = members.map(({ text }) => text)
  const key = listKey(engine, principal)
  await ask(engine, asking, 'delist', async (store) => store.delist?.(key, texts))
}

/** Takes a session off its list that was signed out. Where that fails, the next list() does it. */
export async function unlist(
  engine: Engine,
  asking: Asking,
  id: string,
  { principal, listedAt }: Owner,
): Promise<void> {
  if (principal === null || listedAt === undefined) return
  const member = { id, at: listedAt, text: memberOf(id, listedAt) }
  await delist(engine, asking, principal, [member]).catch(() => undefined)
}

/**
 * Ends sessions of a principal and takes them off the list, in this order. One that has no record
 * yet will get none. Answers the ids of those that lived.
 */
export async function endListed(
  engine: Engine,
  asking: Asking,
  principal: string,
  members: readonly Member[],
  revocation: Revocation,
): Promise<string[]> {
  const ended: string[] = []
  await inBatches(
    members,
    async (member) => {
      const evenAbsent = mayBePending(engine, member, storeNow(engine, asking))
      const whose = { principal, evenAbsent }
      if (await end(engine, asking, member.id, whose, revocation)) ended.push(member.id)
    },
    (batch) => delist(engine, asking, principal, batch),
  )
  return ended
}

const BATCH = 64

/**
 * A list can be long, and each operation has its deadline: all at once would be late, and keep
 * others waiting. What fails later on leaves the batches before it done.
 */
async function inBatches(
  members: readonly Member[],
  work: (member: Member) => Promise<void>,
  done?: (batch: readonly Member[]) => Promise<void>,
): Promise<void> {
  for (let from = 0; from < members.length; from += BATCH) {
    const batch = members.slice(from, from + BATCH)
    await Promise.all(batch.map(work))
    await done?.(batch)
  }
}

/** Puts a tombstone in the place of a session. Answers whether it lived. */
export async function end(
  engine: Engine,
  asking: Asking,
  id: string,
  whose: { readonly principal: string | undefined; readonly evenAbsent: boolean },
  { reason, by }: Revocation,
): Promise<boolean> {
  const { reasonKeptMs } = engine.policy
  const at = Math.trunc(storeNow(engine, asking))
  const tombstone = { id, ended: { reason, at } }
  const ending = { ...whose, tombstone, forMs: reasonKeptMs, writeId: randomWriteId() }
  const answer = await ask(engine, asking, 'end', async (store) => {
    if (store.end !== undefined) return store.end(keyOf(engine, id), ending)
    throw new UsageError('this store ends no sessions of others: it has no end()')
  })
  if (answer !== 'ended') return false
  const { request } = asking
  const { principal } = whose
  publish('revoked', {
    id,
    ...(principal !== undefined && { principal }),
    why: reason,
    ...(by !== undefined && { by }),
    request,
  })
  return true
}
