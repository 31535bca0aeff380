import type { AddressInfo } from 'node:net'
import express from 'express'
import { createSessions } from 'sojourn'
import { session } from 'sojourn/express'
import { redisStore } from 'sojourn/redis'
import { WebSocketServer } from 'ws'

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
const webSockets = new WebSocketServer({ noServer: true })
server.on('upgrade', (request, socket, head) => {
  const cut = () => socket.destroy()
  socket.on('error', cut)
  const opening = sessions.open(request.headers.cookie, request, { countAsActivity: false })
  opening.then(({ id, principal }) => {
    if (principal === null) return void socket.end('HTTP/1.1 401 Unauthorized\r\n\r\n')
    webSockets.handleUpgrade(request, socket, head, (webSocket) => {
      const stop = sessions.watch(id, () => webSocket.close(4401, 'signed out'))
      webSocket.on('close', stop).on('error', stop).send(`Hello, ${principal}.`)
    })
  }, cut)
})
