/**
 * How long a process with a near cache still knows somebody whom another one has signed out: from
 * the answer to the sign-out to the last request that was answered as before. The process that is
 * watched does nothing but answer such requests. Run: `npm run bench:near`, with `-- --write` to
 * keep the result in docs/near-cache.md, `-- --times 200` for fewer.
 */
import { fork } from 'node:child_process'
import { once } from 'node:events'
import { parseArgs } from 'node:util'
import { Redis as Ioredis } from 'ioredis'
import { createClient } from 'redis'
import { createSessions } from '../src/sessions.ts'
import type { RedisClient } from '../src/store/redis/port.ts'
import { redisStore } from '../src/store/redis/redis-store.ts'
import { machine } from '../test/support/machine.ts'
import { writeSection } from '../test/support/page-section.ts'
import { startRedis } from '../test/support/redis-server.ts'
import type { Ended, Order } from './near/orders.ts'

const { values } = parseArgs({
  options: { times: { type: 'string', default: '2000' }, write: { type: 'boolean' } },
})
const times = Number(values.times)
const SECRET = 'Vn3pJw7sKx0bTq5yRz8dGm2hLc4fWa6e'
/** So long a session that is read again and again is not held at most. */
const HELD_WITHIN_MS = 10_000

const server = await startRedis()
const writer = fork(new URL('./near/writer.ts', import.meta.url), [server.url, SECRET])

async function tell(order: Order): Promise<Ended> {
  writer.send(order)
  const [answer] = (await once(writer, 'message')) as [Ended]
  return answer
}

const nodeRedis = createClient({ url: server.url })
await nodeRedis.connect()
const ioredis = new Ioredis(server.port)
const clients: Record<string, RedisClient> = { 'node-redis 6': nodeRedis, 'ioredis 6': ioredis }
const rows = []
for (const [name, client] of Object.entries(clients)) rows.push(row(name, await measure(client)))
const command = ['npm run bench:near --', ...process.argv.slice(2)].join(' ')
const text = `\`${command}\` printed this: ${machine()}.

${times} sign-outs by another process for each client. Milliseconds from the answer to the sign-out to the last request that
still knew them; 0 where there was none.

|  | median | 99 % | longest | had none |
| --- | ---: | ---: | ---: | ---: |
${rows.join('\n')}`
console.log(text)
if (values.write) writeSection('near-cache.md', 'Measured', text)
writer.kill()
nodeRedis.destroy()
ioredis.disconnect()
await server.stop()

async function measure(client: RedisClient): Promise<number[]> {
  const store = redisStore({ client, nearCache: {} })
  const sessions = createSessions<{ n: number }>({ secret: SECRET, store })
  const knows = async (cookie: string) => !(await sessions.open(cookie)).isNew
  const found: number[] = []
  for (let at = 0; at < times; at++) {
    const { cookie } = await tell({})
    await untilHeld(cookie, knows)
    const ending = tell({ end: cookie })
    let knownAt = 0n
    while (await knows(cookie)) {
      knownAt = process.hrtime.bigint()
      await new Promise(setImmediate)
    }
    found.push(Math.max(0, Number(knownAt - BigInt((await ending).at)) / 1e6))
  }
  await sessions.close()
  return found.toSorted((one, other) => one - other)
}

/** Read twice without a command. */
async function untilHeld(cookie: string, knows: (cookie: string) => Promise<boolean>) {
  const giveUpAt = performance.now() + HELD_WITHIN_MS
  for (;;) {
    await knows(cookie)
    await server.resetStats()
    await knows(cookie)
    if (((await server.commandStats())['get'] ?? 0) === 0) return
    if (performance.now() > giveUpAt) throw new Error('the near cache holds nothing')
  }
}

function row(name: string, found: readonly number[]): string {
  const at = (share: number) => found[Math.min(found.length - 1, Math.floor(share * found.length))]
  const none = found.filter((value) => value === 0).length
  return `| ${name} | ${ms(at(0.5))} | ${ms(at(0.99))} | ${ms(at(1))} | ${none} |`
}

function ms(value = 0): string {
  return value.toFixed(2)
}
