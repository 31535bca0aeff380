import { randomBytes } from 'node:crypto'
import { ID } from '../cookie/credential.ts'
import { createSessions } from '../sessions.ts'
import { type Arguments, usage } from './arguments.ts'
import type { Result, Task } from './task.ts'
import { clean, count } from '../words.ts'

const STORE_TIMEOUT_MS = 10_000

/** Ends sessions for somebody else than their visitors, who are told the reason. */
export function revoke({ ids, options }: Arguments): (task: Task) => Promise<Result> {
  const { principal, reason, by } = options
  if (reason === undefined) throw usage('revoke needs --reason, which the visitor may be told')
  if ((principal === undefined) === (ids.length === 0)) {
    throw usage('revoke takes the ids of sessions, or --principal')
  }
  const wrong = ids.find((id) => !ID.test(id))
  if (wrong !== undefined) throw usage(`${clean(wrong)} is no id of a session; nothing was revoked`)
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
    const revoked =
      principal === undefined
        ? await each(ids, (id) => sessions.revoke(id, revocation))
        : await sessions.of(principal).revokeAll(revocation)
    const missed = ids.filter((id) => !revoked.includes(id))
    return { ...said(revoked, missed), json: { revoked, missed } }
  }
}

async function each(
  ids: readonly string[],
  end: (id: string) => Promise<boolean>,
): Promise<string[]> {
  const ended: string[] = []
  try {
    for (const id of ids) if (await end(id)) ended.push(id)
  } catch (error) {
    process.stderr.write(ended.map(revokedLine).join(''))
    throw error
  }
  return ended
}

function revokedLine(id: string): string {
  return `revoked ${id}\n`
}

function said(
  revoked: readonly string[],
  missed: readonly string[],
): Pick<Result, 'text' | 'code'> {
  const lines = [
    ...revoked.map(revokedLine),
    ...missed.map((id) => `${clean(id)}: there is no such session\n`),
  ]
  const nothing = revoked.length === 0
  return {
    text: `${lines.join('')}${count(revoked.length, 'session')} revoked\n`,
    code: nothing || missed.length > 0 ? 1 : 0,
  }
}
