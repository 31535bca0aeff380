import { createClient } from 'redis'
import { describe, expect, onTestFinished, test } from 'vitest'
import { redisStore } from '../../src/store/redis/redis-store.ts'
import { scripts } from '../../src/store/redis/scripts.generated.ts'
import { createSessions } from '../../src/sessions.ts'
import { type Data, SECRET } from '../support/app.ts'
import { useRedis } from '../support/both-stores.ts'
import { cookieOf } from '../support/timed.ts'

/** A cluster refuses a command with keys of two slots. */
describe('no command touches two keys', () => {
  const redis = useRedis()

  test.each(Object.entries(scripts))('the script %s', (_, { text }) => {
    expect(text).not.toMatch(/KEYS(?!\[1\])/)
    const calls = [...text.matchAll(/redis\.p?call\('(\w+)', ([^,)]+)/g)]
    expect(calls.length).toBe(text.split(/redis\.p?call\(/).length - 1)
    for (const [, , key] of calls) expect(key).toBe('KEYS[1]')
  })

  test('that accounts send', async () => {
    const client = await createClient({ url: redis.server.url }).connect()
    onTestFinished(() => client.destroy())
    const sent: string[][] = []
    const spy = {
      sendCommand: (...args: Parameters<typeof client.sendCommand>) => {
        sent.push(args[0].map(String))
        return client.sendCommand(...args)
      },
    }
    const store = redisStore({ client: spy as unknown as typeof client })
    const sessions = createSessions<Data>({ secret: SECRET, store, maxPerPrincipal: { limit: 2 } })
    const visitor = await sessions.open()
    visitor['n'] = 1
    const cookie = cookieOf((await sessions.commit(visitor)).setCookie)
    for (const header of [cookie, undefined, undefined]) {
      const session = await sessions.open(header)
      await session.signIn('ada')
      await sessions.commit(session)
    }
    const [one, two] = await sessions.of('ada').list()
    expect(await sessions.of('ada').revokeOthers(String(one?.id), { reason: 'x' })).toEqual([
      two?.id,
    ])
    await sessions.of('ada').revokeAll({ reason: 'x' })
    const scriptsSent = sent.filter(([name]) => /^eval/i.test(String(name)))
    expect(new Set(scriptsSent.map(([, hash]) => hash)).size).toBeGreaterThan(5)
    for (const [, , keys] of scriptsSent) expect(keys).toBe('1')
    const others = sent.filter((command) => !scriptsSent.includes(command))
    for (const [name = '', ...args] of others) {
      if (name.toLowerCase() === 'get') expect(args).toHaveLength(1)
      else expect(name.toLowerCase()).toBe('time')
    }
  })
})
