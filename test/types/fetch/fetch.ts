import { createSessions } from 'sojourn'
import type { Session } from 'sojourn'
import { crossOriginGuard, openSession, withSession } from 'sojourn/fetch'

declare module 'sojourn' {
  interface SessionData {
    userId: string
  }
}

type Same<A, B> = [A] extends [B] ? ([B] extends [A] ? true : false) : false
function same<A, B>(..._proof: Same<A, B> extends true ? [] : ['types differ']): void {}

const secret = 'only-for-the-type-checker-0123456789'
const sessions = createSessions({ secret })
const admin = createSessions<{ level: number }>({ secret })

// The session has the data of its set, and the handler gives a Request -> Response function.
const plain = withSession(sessions, (_request, session) => new Response(session.userId))
same<typeof plain, (request: Request) => Promise<Response>>()
withSession(admin, (_request, session) => {
  same<typeof session, Session<{ level: number }>>()
  // @ts-expect-error -- data of another set
  void session.userId
  return new Response()
})

// What a server hands over beside the request keeps its type, in the handler and outside.
interface Env {
  readonly region: string
}
const fetchWithEnv = withSession(
  sessions,
  async (_request: Request, { userId }, env: Env, params: { id: string }) =>
    Response.json({ userId, region: env.region, id: params.id }),
  { local: (_request, env) => env.region === 'here', countAsActivity: ({ url }) => url !== '' },
)
same<
  typeof fetchWithEnv,
  (request: Request, env: Env, params: { id: string }) => Promise<Response>
>()
// @ts-expect-error -- params are missing
void fetchWithEnv(new Request('http://localhost/'), { region: 'here' })

// A framework's own kind of Request stays.
class FrameworkRequest extends Request {
  readonly params: Readonly<Record<string, string>> = {}
}
const framed = withSession(sessions, ({ params }: FrameworkRequest) => new Response(params['id']))
same<typeof framed, (request: FrameworkRequest) => Promise<Response>>()

withSession(sessions, () => new Response(), { onError: (error) => console.error(error) })
withSession(sessions, () => new Response(), { onError: async () => new Response('sorry') })
// @ts-expect-error -- a handler gives a Response
withSession(sessions, () => 'hello')
// @ts-expect-error -- no such option
withSession(sessions, () => new Response(), { property: 'session' })

// A guard keeps the type of what it stands before.
same<typeof plain, ReturnType<typeof crossOriginGuard<Request, []>>>()
const guarded = crossOriginGuard(fetchWithEnv, { allow: ['https://pay.example'] })
same<typeof guarded, typeof fetchWithEnv>()
same<ReturnType<typeof crossOriginGuard<FrameworkRequest, []>>, typeof framed>()
// @ts-expect-error -- no such option
crossOriginGuard(plain, { allowed: [] })

// Two calls.
const { session, commit } = await openSession(admin, new Request('http://localhost/'))
same<typeof session.level, number | undefined>()
same<Awaited<ReturnType<typeof commit>>, Response>()
await commit(new Response(), { failed: true })
