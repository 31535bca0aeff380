import { describe, expect, test } from 'vitest'
import { createSessions } from '../../src/sessions.ts'
import { type Data, SECRET, startApp } from '../support/app.ts'
import { useRedis } from '../support/both-stores.ts'
import { collect } from '../support/events.ts'

const AN_HOUR_MS = 3_600_000

/** The fields of the header by their place, docs/redis.md. */
const TOUCHED = 7
const CREATED = 6
const DEADLINE = 9

describe('a record whose key never expires', () => {
  const redis = useRedis()

  async function begin() {
    const store = await redis.connectedStore()
    const sessions = createSessions<Data>({ secret: SECRET, store, absoluteTimeout: 7200 })
    const app = await startApp(sessions, {
      in: ({ session }) => void (session['user'] = 'ada'),
      who: ({ session }) => session['user'] ?? null,
      write: ({ session }) => void (session['n'] = Math.random()),
    })
    const browser = app.browser()
    await browser.post('/in')
    const key = `session:${browser.cookies.get('sid')?.split('.')[0]}`
    return {
      browser,
      change: async (change: (fields: string[]) => void) => {
        const [header = '', ...payload] = String(await redis.server.cli('get', key)).split('\n')
        const fields = header.split(' ')
        change(fields)
        // SET without an expiry.
        await redis.server.cli('set', key, [fields.join(' '), ...payload].join('\n'))
        expect(await redis.server.cli('ttl', key)).toBe(-1)
      },
    }
  }

  test('is a session as long as what is stored says so', async () => {
    const { browser, change } = await begin()
    await change(() => {})
    expect((await browser.get('/who')).json).toBe('ada')
  })

  test('THREATS 4: has ended when its idle timeout is over (ASVS 7.3.1)', async () => {
    const { browser, change } = await begin()
    await change((fields) => {
      fields[CREATED] = String(Number(fields[CREATED]) - AN_HOUR_MS)
      fields[DEADLINE] = String(3 * AN_HOUR_MS)
    })
    const events = collect()
    expect((await browser.get('/who')).json).toBeNull()
    expect(events.of('rejected')).toMatchObject([{ reason: 'expired' }])
  })

  test('THREATS 4: has ended when its absolute timeout is over, however active it was (ASVS 7.3.2)', async () => {
    const { browser, change } = await begin()
    await change((fields) => {
      fields[CREATED] = String(Number(fields[CREATED]) - 3 * AN_HOUR_MS)
      fields[TOUCHED] = String(3 * AN_HOUR_MS)
    })
    const events = collect()
    expect((await browser.get('/who')).json).toBeNull()
    expect(events.of('rejected')).toMatchObject([{ reason: 'expired' }])
  })

  test('THREATS 4: is not prolonged by a write (ASVS 7.3.2)', async () => {
    const { browser, change } = await begin()
    await change((fields) => {
      fields[CREATED] = String(Number(fields[CREATED]) - AN_HOUR_MS)
      fields[TOUCHED] = String(AN_HOUR_MS)
      fields[DEADLINE] = String(AN_HOUR_MS + 3000)
    })
    expect((await browser.post('/write')).status).toBe(200)
    const [key = ''] = (await redis.server.cli('keys', '*')) as string[]
    expect(Number(await redis.server.cli('pttl', key))).toBeLessThanOrEqual(3000)
  })
})
