import { serve } from '@hono/node-server'
import { createSessions, type Session } from 'sojourn'
import { withSession } from 'sojourn/fetch'
import { redisStore } from 'sojourn/redis'

declare module 'sojourn' {
  interface SessionData {
    visits?: number
  }
}

const { PORT = 3000, REDIS_URL, SESSION_SECRET } = process.env
const secret = SESSION_SECRET ?? crypto.randomUUID() // another at every start, where none is given
const store = REDIS_URL ? redisStore({ url: REDIS_URL }) : undefined
const sessions = createSessions({ secret, store })

async function respond({ method, url }: Request, session: Session): Promise<Response> {
  const { pathname, searchParams } = new URL(url)
  if (method === 'POST') {
    if (pathname === '/sign-in') {
      await session.signIn(searchParams.get('name') || 'somebody')
    } else if (pathname === '/sign-out') {
      await session.signOut()
    }
    return new Response(null, { status: 303, headers: { location: '/' } })
  }
  if (session.principal === null) return new Response('Hello, nobody.')
  session.visits = (session.visits ?? 0) + 1
  return new Response(`Hello, ${session.principal}. Visit ${session.visits}.`)
}

const local = ({ url }: Request) => new URL(url).hostname === 'localhost'
const fetch = withSession(sessions, respond, { local })
serve({ fetch, port: Number(PORT), hostname: '127.0.0.1' }, ({ port }) => {
  console.log(`http://localhost:${port}`)
})
