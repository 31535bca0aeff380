import { session } from 'sojourn/express'
import express from 'express'
import expressSession from 'express-session'

declare module 'sojourn' {
  interface SessionData {
    userId: string
  }
}

const app = express()
app.use(expressSession({ secret: 'x' }), session({ secret: 'x' }))
app.get('/', async (request, response) => {
  const userId: string | undefined = request.session.userId
  request.session.adjustTimeoutForSession(60)
  await request.session.save()
  response.json(userId)
})
