import { randomBytes } from 'node:crypto'
import { ID } from '../cookie/credential.ts'
import { show } from '../options/check.ts'
import { createSessions } from '../sessions.ts'
import { type Arguments, usage } from './arguments.ts'
import type { Result, Task } from './task.ts'
import { count } from '../words.ts'

const STORE_TIMEOUT_MS = 10_000

/** Ends sessions for somebody else than their visitors, who are told the reason. */
export function revoke({ ids, options }: Arguments): (task: Task) => Promise<Result> {
  const { principal, reason, by } = options
  if (reason === undefined) throw usage('revoke needs --reason, which the visitor may be told')
  if ((principal === undefined) === (ids.length === 0)) {
    throw usage('revoke takes the ids of sessions, or --principal')
  }
  const wrong = ids.find((id) => !ID.test(id))
  if (wrong !== undefined) throw usage(`${show(wrong)} is no id of a session`)
  const revocation = { reason, ...(by !== undefined && { by }) }
  return async ({ redis, prefix, reasonKept }) => {
    const sessions = createSessions({
      // Only cookies and CSRF tokens need it, and none is made here.
      secret: randomBytes(32).toString('base64url'),
      store: redis.store,
      prefix,
      reasonKept,
      storeTimeoutMs: STORE_TIMEOUT_MS,
    })
    if (principal === undefined) return each(ids, (id) => sessions.revoke(id, revocation))
    return said(await sessions.of(principal).revokeAll(revocation), [])
  }
}

/** A failure in the middle does not hide what was ended before it. */
async function each(
  ids: readonly string[],
  end: (id: string) => Promise<boolean>,
): Promise<Result> {
  const [revoked, missed]: [string[], string[]] = [[], []]
  try {
    for (const id of new Set(ids)) {
      const list = (await end(id)) ? revoked : missed
      list.push(id)
    }
  } catch (error) {
    if (revoked.length === 0) throw error
    return { ...said(revoked, missed), failure: error }
  }
  return said(revoked, missed)
}

function said(revoked: readonly string[], missed: readonly string[]): Result {
  const lines = [
    ...revoked.map((id) => `revoked ${id}\n`),
    ...missed.map((id) => `${id}: there is no such session\n`),
  ]
  const nothing = revoked.length === 0
  return {
    text: `${lines.join('')}${count(revoked.length, 'session')} revoked\n`,
    json: { revoked, missed },
    code: nothing || missed.length > 0 ? 1 : 0,
  }
}
