import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { createSessions } from 'sojourn'
import { withSession } from 'sojourn/node'
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

const listener = withSession(sessions, async ({ method, url = '/', session }, response) => {
  const { pathname, searchParams } = new URL(url, 'http://localhost')
  response.setHeader('content-type', 'text/plain; charset=utf-8')
  if (method === 'POST' && pathname === '/sign-in') {
    await session.signIn(searchParams.get('name') || 'somebody')
    response.writeHead(303, { location: '/' }).end()
  } else if (method === 'POST' && pathname === '/sign-out') {
    await session.signOut()
    response.writeHead(303, { location: '/' }).end()
  } else if (session.principal === null) {
    response.end('Hello, nobody.')
  } else {
    session.visits = (session.visits ?? 0) + 1
    response.end(`Hello, ${session.principal}. Visit ${session.visits}.`)
  }
})

const server = createServer(listener).listen(Number(PORT), '127.0.0.1', () => {
  console.log(`http://localhost:${(server.address() as AddressInfo).port}`)
})
