import type { AddressInfo } from 'node:net'
import express from 'express'
import { session } from 'sojourn/express'
import { redisStore } from 'sojourn/redis'

declare module 'sojourn' {
  interface SessionData {
    visits?: number
  }
}

const { PORT = 3000, REDIS_URL, SESSION_SECRET } = process.env
const secret = SESSION_SECRET ?? crypto.randomUUID() // another at every start, where none is given
const store = REDIS_URL ? redisStore({ url: REDIS_URL }) : undefined

const app = express()
app.use(session({ secret, store }))

app.get('/', ({ session }, response) => {
  if (session.principal === null) return void response.type('text').send('Hello, nobody.')
  session.visits = (session.visits ?? 0) + 1
  response.type('text').send(`Hello, ${session.principal}. Visit ${session.visits}.`)
})
app.post('/sign-in', async ({ session, query: { name } }, response) => {
  if (typeof name !== 'string' || name === '') return void response.sendStatus(400)
  await session.signIn(name)
  response.redirect(303, '/')
})
app.post('/sign-out', async ({ session }, response) => {
  await session.signOut()
  response.redirect(303, '/')
})

const server = app.listen(Number(PORT), '127.0.0.1', (error) => {
  if (error) throw error
  console.log(`http://localhost:${(server.address() as AddressInfo).port}`)
})
