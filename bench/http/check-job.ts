import { deepStrictEqual } from 'node:assert'
import type { RedisServer } from '../../test/support/redis-server.ts'
import { until } from '../../test/support/until.ts'
import { USER } from './account.ts'
import { CASES, type CaseName } from './cases.ts'
import type { browserOf } from './client.ts'
import { type Subject, nameOf } from './subjects.ts'
import { beginAt } from './work.ts'

interface Job {
  readonly able: ReadonlySet<CaseName>
  /** Bytes of one stored session; `undefined` where there is none. */
  readonly stored: { readonly value: number; readonly memory: number } | undefined
}

/**
 * Whether a server keeps sessions, before it is measured at it: what one request has written the
 * next one reads, a new credential works and the old one no longer, and what is deleted in Redis
 * is gone. The first visit of all happens twice, so that what happens once in a process has
 * happened.
 *
 * @throws {AssertionError} when it does not.
 */
export async function checkJob(
  subject: Subject,
  browser: ReturnType<typeof browserOf>,
  redis: RedisServer,
): Promise<Job> {
  const keeps = subject.keeper !== 'nothing'
  async function visit(path: string, sent: string | undefined, views?: number) {
    const { status, body, cookie } = await browser.visit(path, sent)
    const user = views === undefined && keeps ? null : USER
    const job = `${nameOf(subject)} does its job at ${path}`
    const expected = { user, views: keeps ? (views ?? 0) : 0 }
    deepStrictEqual([status, body], [200, JSON.stringify(expected)], job)
    return cookie
  }
  await browser.visit(beginAt(1.2))
  await redis.cli('flushall')
  let cookie = await visit(beginAt(1.2), undefined, 0)
  const stored = keeps ? await sizeOf(redis, subject) : undefined
  await visit('/read', cookie, 0)
  await visit('/read', undefined)
  await visit('/write', cookie, 1)
  await visit('/read', cookie, 1)
  const able = await ableOf(browser, cookie)
  const written = able.has('update') ? 2 : 1
  await visit('/read', cookie, written)
  if (able.has('rotate')) {
    const old = cookie
    cookie = await visit('/rotate', cookie, written)
    deepStrictEqual(cookie !== old, keeps, `${nameOf(subject)} sets another cookie`)
    await visit('/read', cookie, written)
    await visit('/read', old)
  }
  if (able.has('sign-in')) await visit('/read', await visit('/sign-in', undefined, 0), 0)
  const other = await visit(beginAt(1.2), undefined, 0)
  await visit('/sign-out', other)
  await visit('/read', other)
  await redis.cli('flushall')
  // A near cache is told of it, a moment later.
  await until(`${nameOf(subject)} forgets what is gone`, async () => {
    await visit('/read', cookie)
    return true
  })
  return { able, stored }
}

/** All that is answered. It is updated once, and another session is rotated. */
async function ableOf(browser: ReturnType<typeof browserOf>, cookie: string | undefined) {
  const able = new Set(Object.keys(CASES) as CaseName[])
  const other = await browser.visit(beginAt(1.2))
  const cookies = { update: cookie, rotate: other.cookie, 'sign-in': undefined }
  for (const [name, sent] of Object.entries(cookies) as [keyof typeof cookies, string?][]) {
    const { status } = await browser.visit(CASES[name].path, sent)
    if (status === 404) able.delete(name)
  }
  return able
}

async function sizeOf(
  redis: RedisServer,
  subject: Subject,
): Promise<{ value: number; memory: number }> {
  const keys = await redis.cli('keys', '*')
  if (!Array.isArray(keys) || keys.length !== 1) {
    throw new Error(`${nameOf(subject)} has not stored one session under one key`)
  }
  const [key] = keys.map(String) as [string]
  const memory = Number(await redis.cli('memory', 'usage', key))
  return { value: Number(await redis.cli('strlen', key)), memory }
}
