import { randomBytes } from 'node:crypto'
import { expect, test } from 'vitest'
import { createSeal } from '../../src/cookie/credential.ts'
import { randomId } from '../../src/cookie/random.ts'
import type { Session } from '../../src/session/members.ts'
import { createSessions } from '../../src/sessions.ts'
import { type Data, SECRET } from '../support/app.ts'
import { useRedis } from '../support/both-stores.ts'

/** Requests of each kind: `FLOOD=100000 npx vitest run test/security/visitors-flood.test.ts`. */
const TIMES = Number(process.env['FLOOD'] ?? 3000)

const redis = useRedis()

/** All that a handler may do without writing anything. */
function look(session: Session<Data>): void {
  void session.id
  void session.expiresAt
  void session['user']
  session.peekFlash()
  session.popFlash()
  session.verifyCsrfToken('x')
  session.rotate()
  session.clear()
}

function signedBy(secret: string): string {
  const family = randomBytes(16).toString('base64url')
  return createSeal([secret], 'session:').write('__Host-sid', {
    id: randomId(),
    family,
    edition: 0,
  })
}

const KINDS: Record<string, readonly [header: () => string | undefined, work: typeof look]> = {
  'no cookie': [() => undefined, look],
  'cookies of others': [() => 'theme=dark; _ga=GA1.2.3', look],
  junk: [() => `__Host-sid=${randomBytes(40).toString('latin1')}`, look],
  'an id of their choice': [() => `__Host-sid=${randomId()}`, look],
  'a signature by another secret': [() => `__Host-sid=${signedBy(`${SECRET}!`)}`, look],
  'a session that never was': [() => `__Host-sid=${signedBy(SECRET)}`, look],
  'a sign-out without a session': [() => undefined, (session) => session.invalidate()],
  'a sign-out with junk': [() => '__Host-sid=junk', (session) => session.invalidate()],
}

test(
  'THREATS 9, T14: requests without a session leave no key behind (ASVS 7.6.2)',
  { timeout: 20_000 + 20 * TIMES },
  async () => {
    const sessions = createSessions<Data>({ secret: SECRET, store: await redis.connectedStore() })
    const owner = await sessions.open()
    owner['user'] = 'ada'
    await sessions.commit(owner)
    const commands = await redis.commandsDuring(async () => {
      for (const [what, [header, work]] of Object.entries(KINDS)) {
        for (let times = 0; times < TIMES; times++) {
          const session = await sessions.open(header())
          work(session)
          const { setCookie } = await sessions.commit(session)
          if (setCookie?.includes('Max-Age=0') === false) expect.fail(`${what} sets a cookie`)
        }
      }
    })
    expect(await redis.server.cli('dbsize')).toBe(1)
    expect(commands).toEqual({ get: TIMES })
  },
)

test(
  'THREATS 9: as many sign-outs as sign-ins leave no key behind (ASVS 7.4.1)',
  { timeout: 20_000 + 20 * TIMES },
  async () => {
    const sessions = createSessions<Data>({ secret: SECRET, store: await redis.connectedStore() })
    for (let times = 0; times < TIMES / 3; times++) {
      const session = await sessions.open()
      session['user'] = 'ada'
      const cookie = (await sessions.commit(session)).setCookie?.split(';')[0]
      const leaving = await sessions.open(cookie)
      leaving.invalidate()
      expect((await sessions.commit(leaving)).outcome).toBe('destroyed')
    }
    expect(await redis.server.cli('dbsize')).toBe(0)
  },
)
