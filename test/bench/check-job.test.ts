import { createServer, type RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest'
import { USER } from '../../bench/http/account.ts'
import { checkJob } from '../../bench/http/check-job.ts'
import { browserOf } from '../../bench/http/client.ts'
import type { Subject } from '../../bench/http/subjects.ts'
import { ensureBuilt } from '../docs/programs.ts'
import { type RedisServer, startRedis } from '../support/redis-server.ts'

const SUBJECT: Subject = { framework: 'node:http', keeper: 'limit' }

let redis: RedisServer
let keeps: RequestListener
beforeAll(async () => {
  ensureBuilt()
  redis = await startRedis()
  const { nodeServer } = await import('../../bench/http/frameworks/node.ts')
  const server = await nodeServer('limit', redis.url)
  keeps = server.listeners('request')[0] as RequestListener
})
afterAll(() => redis.stop())

interface Instead {
  readonly status?: number
  readonly views?: number
  readonly user?: string | null
}

/** A server that keeps sessions, but answers some paths without looking at them. */
async function check(instead: Readonly<Record<string, Instead>>) {
  const server = createServer((request, response) => {
    const answer = instead[request.url ?? '']
    if (answer === undefined) return keeps(request, response)
    const { status = 200, user = USER, views = 0 } = answer
    response.statusCode = status
    response.end(JSON.stringify({ user, views }))
  })
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve)
  })
  const browser = browserOf((server.address() as AddressInfo).port)
  onTestFinished(() => {
    browser.close()
    server.close()
  })
  return checkJob(SUBJECT, browser, redis)
}

describe('before a server is measured', () => {
  it('one that keeps sessions passes', async () => {
    const { able, stored } = await check({})
    expect([...able]).toEqual(expect.arrayContaining(['read', 'write', 'rotate', 'sign-in']))
    expect(stored?.value).toBe(1205)
  })

  it.each([
    ['answers an error page', { '/read': { status: 500 } }],
    ['answers the same to everybody', { '/read': {} }],
    ['forgets what is written', { '/write': { views: 1 } }],
    ['forgets what is updated', { '/update': { views: 2 } }],
    ['keeps the old cookie', { '/rotate': { views: 2 } }],
    ['stays signed in', { '/sign-out': { user: null } }],
    ['begins nothing', { '/begin-1.2': {} }],
  ])('one that %s does not', async (_what, instead) => {
    await expect(check(instead)).rejects.toThrow('node:http, limit')
  })

  it('what it cannot do is left out', async () => {
    const { able } = await check({ '/update': { status: 404 }, '/rotate': { status: 404 } })
    expect([...able]).not.toEqual(expect.arrayContaining(['update']))
    expect([...able]).not.toEqual(expect.arrayContaining(['rotate']))
  })
})
