import express from 'express'
import { createServer } from 'node:http'
import http2 from 'node:http2'
import { createSessions, crossOriginGuard } from 'sojourn'
import type { ScannedSession, Session } from 'sojourn'
import { crossOriginGuard as expressGuard, noteErrors, session } from 'sojourn/express'
import { crossOriginGuard as nodeGuard, withSession } from 'sojourn/node'

declare module 'sojourn' {
  interface SessionData {
    userId: string
    cart: string[]
  }
}

type Same<A, B> = [A] extends [B] ? ([B] extends [A] ? true : false) : false
function same<A, B>(..._proof: Same<A, B> extends true ? [] : ['types differ']): void {}

const secret = 'only-for-the-type-checker-0123456789'
const sessions = createSessions({ secret })
const opened = await sessions.open()

// Session data are known, and partial.
same<typeof opened.userId, string | undefined>()
same<typeof opened.timeout, number>()
// @ts-expect-error -- no such key
void opened.other
// @ts-expect-error -- members are read-only
opened.id = 'other'

// Spreading a session gives its data, not its members.
const copy = { ...opened }
same<typeof copy.cart, string[] | undefined>()
// @ts-expect-error -- rotate is a member
void copy.rotate

// update() gives what the function returns, without its promise.
same<Awaited<ReturnType<typeof opened.update<Promise<number>>>>, number>()
await opened.update((draft) => {
  draft.cart = [...(draft.cart ?? []), 'tea']
})

// Data of one set of sessions, by type argument.
interface AdminData {
  level: number
}
const admin = createSessions<AdminData>({
  secret,
  merge: { level: (_base, mine, theirs) => Math.max(mine ?? 0, theirs ?? 0) },
})
same<Awaited<ReturnType<typeof admin.open>>, Session<AdminData>>()
// @ts-expect-error -- no such key to merge
createSessions<AdminData>({ secret, merge: { other: () => 1 } })

// A key with the name of a member, present or to come, is refused.
// @ts-expect-error -- 'id' is a member
createSessions<{ id: string }>({ secret })
// @ts-expect-error -- 'principal' is a member
createSessions<{ principal: string }>({ secret })
createSessions<{ flash: string[]; csrfToken: string; passport: object }>({ secret })

// Nested calls keep the augmentation.
const app = express()
app.use(session(createSessions({ secret, merge: { cart: (_base, mine) => mine } })))
app.use(session({ secret, merge: { cart: (_base, mine) => mine } }))
app.use(session(admin, { property: 'adminSession' }))
app.use(noteErrors())
app.use(expressGuard({ allow: ['https://pay.example'] }))
app.post('/pay', expressGuard(), (_request, response) => void response.end())
app.get('/', (request, response) => {
  same<typeof request.session.userId, string | undefined>()
  request.session.adjustTimeoutForSession(60)
  request.session.regenerate(() => response.json(admin.from(request).level))
})

createServer(withSession(sessions, (request) => void request.session.userId))
createServer(withSession(admin, (r) => void r.staff.level, { property: 'staff' }))
http2.createServer(
  withSession(
    sessions,
    (
      request: http2.Http2ServerRequest & { readonly session: Session },
      response: http2.Http2ServerResponse,
    ) => response.end(request.session.userId ?? ''),
  ),
)

// A guard before a listener, http or http2, or called as a function.
createServer(nodeGuard(withSession(sessions, (request) => void request.session.userId)))
const http1 = createServer(nodeGuard((request, response) => response.end(request.httpVersion)))
http2.createServer(
  nodeGuard(
    (request: http2.Http2ServerRequest, response: http2.Http2ServerResponse) =>
      response.end(request.authority),
    { allow: ['https://pay.example'] },
  ),
)
const check = crossOriginGuard()
http1.on('upgrade', (request) => check(request))
check(new Request('http://localhost/'))
// @ts-expect-error -- a request has headers
check({ method: 'POST' })

// A scan gives summaries: whose session it is, and nothing of its data.
async function look() {
  for await (const found of sessions.scan({ request: new Request('http://localhost/') })) {
    same<typeof found, ScannedSession>()
    same<typeof found.principal, string | null>()
    same<typeof found.endsAt, Date | null>()
    // @ts-expect-error -- no data
    void found.userId
  }
}
void look
