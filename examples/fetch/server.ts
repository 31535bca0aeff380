import { serve } from '@hono/node-server'
import { createSessions, type Session } from 'sojourn'
import { withSession } from 'sojourn/fetch'
import { redisStore } from 'sojourn/redis'

declare module 'sojourn' {
  interface SessionData {
    name?: string
    visits?: number
  }
}

const { PORT = 3000, REDIS_URL, SESSION_SECRET } = process.env
const secret = SESSION_SECRET ?? crypto.randomUUID() // another at every start, where none is given
const store = REDIS_URL ? redisStore({ url: REDIS_URL }) : undefined
const sessions = createSessions({ secret, store })

function respond({ method, url }: Request, session: Session): Response {
  const { pathname, searchParams } = new URL(url)
  if (method === 'POST') {
    if (pathname === '/sign-in') {
      session.rotate()
      session.name = searchParams.get('name') ?? 'somebody'
    } else if (pathname === '/sign-out') {
      session.invalidate()
    }
    return new Response(null, { status: 303, headers: { location: '/' } })
  }
  if (session.name === undefined) return new Response('Hello, nobody.')
  session.visits = (session.visits ?? 0) + 1
  return new Response(`Hello, ${session.name}. Visit ${session.visits}.`)
}

const local = ({ url }: Request) => new URL(url).hostname === 'localhost'
const fetch = withSession(sessions, respond, { local })
serve({ fetch, port: Number(PORT), hostname: '127.0.0.1' }, ({ port }) => {
  console.log(`http://localhost:${port}`)
})
