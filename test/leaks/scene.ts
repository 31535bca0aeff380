import { Browser } from '../support/browser-jar.ts'
import type { RedisServer } from '../support/redis-server.ts'
import { type RedisEvidence, type WatchedRedis, startProgram } from './evidence.ts'

export interface Scene {
  /** All that the application wrote on its output. */
  readonly output: string
  readonly redis: RedisEvidence
  /** Every session cookie that was set. */
  readonly issued: ReadonlySet<string>
  /** Two that are good still: of a visitor, and of somebody who is signed in. */
  readonly good: readonly [name: string, value: string][]
}

/** Signs in, writes, rotates, renews, fails and ends sessions, while everything is watched. */
export async function play(
  redis: WatchedRedis,
  env: Readonly<Record<string, string>>,
): Promise<Scene> {
  const { server } = redis
  const program = await startProgram({ REDIS_PORT: String(server.port), ...env })
  const issued = new Set<string>()

  async function visit(browser: Browser, ...pages: string[]): Promise<void> {
    for (const page of pages) {
      await browser.post(`/${page}`)
      for (const cookie of browser.cookies.values()) issued.add(cookie)
    }
  }

  const ada = new Browser(program.port)
  await visit(ada, 'begin', 'look', 'write', 'save', 'update', 'push', 'token', 'renewToken')
  await redis.dump()
  const thief = ada.copy()
  await visit(ada, 'rotate', 'pop', 'adjust', 'big', 'odd', 'reserved', 'fail', 'nowhere')
  await visit(thief, 'write', 'out')
  await Promise.all(['write', 'update', 'push', 'save'].map((page) => visit(ada.copy(), page)))
  const bob = new Browser(program.port)
  await visit(bob, 'push', 'begin', 'regenerate', 'clear', 'write')
  await redis.dump()
  await visit(bob, 'out', 'write', 'out')
  const [phone, laptop] = [new Browser(program.port), new Browser(program.port)]
  await visit(phone, 'begin', 'signIn', 'write', 'signIn', 'rotate', 'list')
  await visit(laptop, 'signIn', 'write')
  await redis.dump()
  await visit(laptop, 'revoke')
  await visit(phone, 'look', 'write')
  await visit(phone, 'signIn', 'signOut', 'look')
  await renewed(ada, () => visit(ada, 'look'))
  await visit(ada, 'look')
  await inTrouble(server, idOf(ada), (...pages) => visit(ada, ...pages))
  await visit(ada, 'write')
  await redis.dump()
  const output = await program.stop()
  const good = [...ada.cookies, ...laptop.cookies]
  return { output, redis: await redis.collect(), issued, good }
}

/** Visits until the cookie is another. */
async function renewed(browser: Browser, visit: () => Promise<void>): Promise<void> {
  const before = browser.cookies.get('sid')
  while (browser.cookies.get('sid') === before) await visit()
}

function idOf(browser: Browser): string {
  return browser.cookies.get('sid')?.split('.')[0] ?? ''
}

/** Everything that makes clients and stores complain. */
async function inTrouble(
  server: RedisServer,
  id: string,
  visit: (...pages: string[]) => Promise<void>,
): Promise<void> {
  const pages = ['look', 'write', 'update', 'push', 'rotate']
  const key = `session:${id}`
  const value = String(await server.cli('get', key))
  // Not to be changed by way of a socket that takes characters for bytes.
  const ascii = /^[\0-\x7f]*$/.test(value)
  for (const changed of ascii ? [value.replace(/^sojourn1/, 'sojourn2'), value.slice(0, -1)] : []) {
    await server.cli('set', key, changed)
    await visit(...pages)
    await server.cli('set', key, value)
  }
  await server.cli('config', 'set', 'maxmemory', '1')
  await visit(...pages)
  await server.cli('config', 'set', 'maxmemory', '0')
  await server.cli('acl', 'setuser', 'default', '-@scripting')
  await visit(...pages)
  await server.cli('acl', 'setuser', 'default', '+@all')
  server.pause()
  await visit('write')
  server.resume()
}
