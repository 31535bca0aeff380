import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createSessions } from '../../src/sessions.ts'
import { ConnectingStore } from '../../src/store/redis/connecting-store.ts'
import { resolveConnection } from '../../src/store/redis/connection.ts'
import { redisStore } from '../../src/store/redis/redis-store.ts'
import { type Data, SECRET } from '../support/app.ts'
import { startFaultProxy } from '../support/fault-proxy.ts'
import { type RedisServer, startRedis } from '../support/redis-server.ts'
import { cookieOf } from '../support/timed.ts'
import { PACKAGES } from './packages.ts'

/* Some clients send by themselves what was under way when their connection was lost, others leave it
 * to the library. Either way nothing is written twice, however late it comes. */

let server: RedisServer
beforeAll(async () => {
  server = await startRedis()
})
afterAll(() => server.stop())

async function add(draft: Data): Promise<void> {
  draft['n'] = Number(draft['n'] ?? 0) + 1
}

describe.each(PACKAGES)('an update() over %s, carried out, and its answer lost', (_, load) => {
  async function lateBy(others: number) {
    const proxy = await startFaultProxy(server.port)
    const through = new ConnectingStore(
      resolveConnection({ host: '127.0.0.1', port: proxy.port }),
      undefined,
      load,
    )
    const straight = redisStore({ url: server.url })
    const common = { secret: SECRET, storeTimeoutMs: 20_000 }
    const slow = createSessions<Data>({ ...common, store: through })
    const quick = createSessions<Data>({ ...common, store: straight })
    const first = await slow.open()
    first['n'] = -1
    const cookie = cookieOf((await slow.commit(first)).setCookie)
    const session = await slow.open(cookie)
    // The server knows the script from here on.
    await session.update(add)
    proxy.plan(({ at }) => (at === 0 ? 'reply lost, black hole' : undefined))
    const updating = session.update(add)
    const read = async () => (await quick.open(cookie))['n']
    await expect.poll(read, { interval: 2 }).toBe(1)
    for (let count = 0; count < others; count++) await (await quick.open(cookie)).update(add)
    proxy.heal()
    const [ended] = await Promise.allSettled([updating])
    await slow.commit(session, { failed: true }).catch(() => undefined)
    const n = await read()
    await Promise.all([through.close(), straight.close?.()])
    proxy.close()
    return { ended, n }
  }

  test('counts once, and is known, when 7 others have written since', async () => {
    expect(await lateBy(7)).toMatchObject({ ended: { status: 'fulfilled' }, n: 8 })
  })

  test('counts once, and nobody can tell, when 8 others have written since', async () => {
    const { ended, n } = await lateBy(8)
    expect(n).toBe(9)
    const message = expect.stringContaining('nobody can tell whether it was carried out')
    expect(ended).toMatchObject({ status: 'rejected', reason: { code: 'store', message } })
  })
})
