import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { type Sessions, createSessions } from '../../src/sessions.ts'
import { isRecord } from '../../src/store/store.ts'
import { type Data, SECRET } from '../support/app.ts'
import { useRedis } from '../support/both-stores.ts'
import { cookieOf } from '../support/timed.ts'

const CHILD = fileURLToPath(new URL('fixtures/mortal.js', import.meta.url))
const AT_ONCE = 2

const redis = useRedis()

/** Resolves with the signal that ended the process, or with how many commands it sent. */
async function runChild(...args: string[]): Promise<string> {
  return new Promise((resolve) => {
    execFile(process.execPath, [CHILD, ...args], (error, stdout, stderr) => {
      resolve(error === null ? stdout : (error.signal ?? stderr))
    })
  })
}

async function signIn(sessions: Sessions<Data>): Promise<void> {
  const session = await sessions.open()
  await session.signIn('ada')
  await sessions.commit(session)
}

/** Two sessions of hers, and the cookie of a visitor; a process is killed at its nth command. */
async function dies(nth: number): Promise<string> {
  const prefix = `killed-${nth}:`
  const store = redis.store()
  const sessions = createSessions<Data>({ secret: SECRET, prefix, store, storeTimeoutMs: 20_000 })
  await signIn(sessions)
  await signIn(sessions)
  const visitor = await sessions.open()
  visitor['cart'] = ['tea']
  const cookie = cookieOf((await sessions.commit(visitor)).setCookie)
  const end = await runChild(redis.server.url, prefix, SECRET, cookie, String(nth))

  const keys = (await redis.server.cli('keys', `${prefix}*`)) as string[]
  const reads = await Promise.all(
    keys.filter((key) => !key.startsWith(`${prefix}of:`)).map((key) => store.read(key)),
  )
  const signedIn = reads.filter(isRecord).filter(({ principal }) => principal === 'ada')
  const members = (await store.listed?.(`${prefix}of:ada`)) ?? []
  const listed = members.map((member) => String(member.split('.')[0]))
  expect(listed).toEqual(expect.arrayContaining(signedIn.map(({ id }) => id)))
  const shown = await sessions.of('ada').list()
  expect(shown.map(({ id }) => id).toSorted()).toEqual(signedIn.map(({ id }) => id).toSorted())
  return end
}

test('a process that is killed at any of its commands leaves nobody signed in who is not listed', async () => {
  const ended = await dies(0)
  const whole = Number(ended)
  expect(whole, ended).toBeGreaterThan(12)
  const kills = Array.from({ length: whole }, (_, at) => at + 1)
  while (kills.length > 0) {
    const ends = await Promise.all(kills.splice(0, AT_ONCE).map(dies))
    expect(new Set(ends)).toEqual(new Set(['SIGKILL']))
  }
}, 120_000)
