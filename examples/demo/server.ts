import { randomBytes } from 'node:crypto'
import type { AddressInfo } from 'node:net'
import { createApp } from './app.ts'
import { keepDiary } from './diary.ts'
import { createShopSessions } from './session.ts'
import { shopStore } from './store.ts'

/**
 * - `PORT` (default 3000)
 * - `REDIS_URL`: keeps sessions in that Redis or Valkey; without it, in memory
 * - `SESSION_SECRET`: signs cookies, 32 characters or more; without it, another one at every start
 * - `DEMO_TIMEOUT`: seconds a shopper may loiter (default 60)
 * - `NODE_ENV=production`: cookies need https
 */
const { PORT, REDIS_URL, SESSION_SECRET, DEMO_TIMEOUT, NODE_ENV } = process.env

const store = shopStore(REDIS_URL)
const sessions = createShopSessions({
  secret: SESSION_SECRET || randomBytes(32).toString('base64url'),
  store: store.store,
  timeout: Number(DEMO_TIMEOUT || 60),
})

keepDiary()
const server = createApp(sessions, store).listen(Number(PORT || 3000), opened)

function opened(error?: Error): void {
  if (error !== undefined) {
    console.error(`The shop cannot open: ${error.message}. Another port: PORT=3001 npm start`)
    process.exit(1)
  }
  const { port } = server.address() as AddressInfo
  console.log(`The shop is open: http://localhost:${port}`)
  console.log(`Sessions are kept in ${store.name}.`)
  if (NODE_ENV === 'production') {
    console.log('In production the session cookie is Secure: put the shop behind https.')
  }
}

async function close(): Promise<void> {
  server.close()
  server.closeAllConnections()
  store.close()
  await sessions.close()
}

process.once('SIGINT', () => void close())
process.once('SIGTERM', () => void close())
