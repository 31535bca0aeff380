import type { AddressInfo } from 'node:net'
import express from 'express'
import { Server } from 'socket.io'
import { createSessions } from 'sojourn'
import { session } from 'sojourn/express'
import { redisStore } from 'sojourn/redis'

const { PORT = 3000, REDIS_URL: url, SESSION_SECRET } = process.env
const secret = SESSION_SECRET ?? crypto.randomUUID() // another at every start, where none is given
const store = url ? redisStore({ url }) : undefined
const sessions = createSessions({ secret, store })
const app = express().use(session(sessions))
app.get('/', (request, response) => {
  response.type('text').send(`Hello, ${sessions.from(request).principal ?? 'nobody'}.`)
})
app.post('/sign-in', async (request, response) => {
  const { name } = request.query
  await sessions.from(request).signIn(typeof name === 'string' ? name : 'somebody')
  response.redirect(303, '/')
})
app.post('/sign-out', async (request, response) => {
  await sessions.from(request).signOut()
  response.redirect(303, '/')
})
const server = app.listen(Number(PORT), '127.0.0.1', () => {
  console.log(`http://localhost:${(server.address() as AddressInfo).port}`)
})
const io = new Server(server)
io.use(({ request }, next) => {
  const opening = sessions.open(request.headers.cookie, request, { countAsActivity: false })
  opening.then(
    ({ principal }) => next(principal === null ? new Error('Sign in first.') : undefined),
    next,
  )
})
io.on('connection', (socket) => {
  const { id, principal } = sessions.from(socket.request)
  socket.on(
    'disconnect',
    sessions.watch(id, () => socket.disconnect(true)),
  )
  socket.emit('greeting', `Hello, ${principal}.`)
})
