import { createSessions } from 'sojourn'
import type { ListedSession, Outcome, SessionsOf } from 'sojourn'

declare module 'sojourn' {
  interface SessionData {
    cart: string[]
  }
}

type Same<A, B> = [A] extends [B] ? ([B] extends [A] ? true : false) : false
function same<A, B>(..._proof: Same<A, B> extends true ? [] : ['types differ']): void {}

const sessions = createSessions({
  secret: 'only-for-the-type-checker-0123456789',
  signedInCookie: 'shop-in',
  reasonKept: 3600,
  epoch: true,
  maxPerPrincipal: { limit: 3, onLimit: 'refuse' },
})
const session = await sessions.open()

// Signing in takes who it is, and each option by itself.
same<ReturnType<typeof session.signIn>, Promise<void>>()
await session.signIn('ada')
await session.signIn('ada', { keep: ['cart'], amr: ['pwd', 'otp'] })
await session.signIn('ada', { client: { address: '192.0.2.1', userAgent: undefined } })
await session.signIn('ada', { timeout: 60, absoluteTimeout: null, persistent: true })
// @ts-expect-error -- nobody
await session.signIn()
// @ts-expect-error -- a principal is a string
await session.signIn(7)
// @ts-expect-error -- no such option
await session.signIn('ada', { remember: true })
// @ts-expect-error -- a list of keys
await session.signIn('ada', { keep: 'cart' })
// @ts-expect-error -- seconds, not a text with a unit
await session.signIn('ada', { timeout: '60s' })
// @ts-expect-error -- only absoluteTimeout can be none
await session.signIn('ada', { timeout: null })

// Who it is, since when and how; nobody is null, and never undefined.
same<typeof session.principal, string | null>()
same<typeof session.signedInAt, Date | null>()
same<typeof session.amr, readonly string[]>()
same<ReturnType<typeof session.signedInWithin>, boolean>()
// @ts-expect-error -- within how many seconds?
session.signedInWithin()
// @ts-expect-error -- read-only
session.amr.push('otp')

// Why the last session is over.
same<typeof session.ended, { readonly reason: string; readonly at: Date } | null>()
// @ts-expect-error -- perhaps nobody ended it
void session.ended.reason

same<ReturnType<typeof session.signOut>, Promise<Outcome>>()

// Somebody's sessions.
const mine = sessions.of('ada')
same<typeof mine, SessionsOf>()
sessions.of('ada', { request: {} })
// @ts-expect-error -- a visitor has no list: ask whether somebody is signed in
sessions.of(session.principal)
const [listed] = await mine.list({ current: session })
same<typeof listed, ListedSession | undefined>()
if (listed !== undefined) {
  same<typeof listed.signedInAt, Date>()
  same<typeof listed.lastActiveAt, Date>()
  same<typeof listed.userAgent, string | null>()
  same<typeof listed.current, boolean>()
  // @ts-expect-error -- what is in a session only its visitor sees
  void listed.cart
}

// Each way to end sessions takes a session or its id, and wants a reason.
same<ReturnType<typeof mine.revoke>, Promise<boolean>>()
await mine.revoke('id', { reason: 'lost' })
await mine.revoke(session, { reason: 'lost', by: 'ben' })
if (listed !== undefined) await mine.revoke(listed, { reason: 'lost' })
// @ts-expect-error -- a reason
await mine.revoke(session)
// @ts-expect-error -- a reason
await mine.revoke(session, { by: 'ben' })
same<ReturnType<typeof mine.revokeOthers>, Promise<string[]>>()
await mine.revokeOthers(session, { reason: 'the password was changed' })
// @ts-expect-error -- others than which?
await mine.revokeOthers({ reason: 'changed' }, { reason: 'the password was changed' })
same<ReturnType<typeof mine.revokeAll>, Promise<string[]>>()
await mine.revokeAll({ reason: 'the account was closed' })
// @ts-expect-error -- a reason
await mine.revokeAll()
same<ReturnType<typeof sessions.revoke>, Promise<boolean>>()
await sessions.revoke(session.id, { reason: 'closing time', by: 'ada', request: {} })
// @ts-expect-error -- a reason
await sessions.revoke(session.id, { request: {} })
same<ReturnType<typeof sessions.revokeEverything>, Promise<void>>()
await sessions.revokeEverything({ reason: 'a leak' })
// @ts-expect-error -- a reason
await sessions.revokeEverything()

// What is told of an end.
sessions.watch(session.id, ({ reason, why }) => {
  same<typeof reason, 'ended' | 'expired' | 'revoked'>()
  same<typeof why, string | undefined>()
})

// Options with a closed set of words.
// @ts-expect-error -- revoke-oldest or refuse
createSessions({ secret: '', maxPerPrincipal: { limit: 3, onLimit: 'ask' } })

// A set with data of its own has the same members.
const admin = createSessions<{ level: number }>({ secret: 'another-secret-of-thirty-two-letters' })
const opened = await admin.open()
await opened.signIn('ben', { keep: ['level'] })
same<typeof opened.principal, string | null>()
same<typeof opened.level, number | undefined>()
// @ts-expect-error -- signIn() says who it is
opened.principal = 'ben'
