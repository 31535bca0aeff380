import { createSessions } from '../../src/sessions.ts'
import { redisStore } from '../../src/store/redis/redis-store.ts'
import type { Ended, Order } from './orders.ts'

/** A process of its own that begins sessions and ends them, and says when that was answered. */
const [, , url = '', secret = ''] = process.argv
const sessions = createSessions<{ n: number }>({ secret, store: redisStore({ url }) })

process.on('message', (order: Order) => {
  void carryOut(order).then((answer) => process.send?.(answer))
})

async function carryOut({ end }: Order): Promise<Ended> {
  const session = await sessions.open(end)
  if (end !== undefined) session.invalidate()
  else session.n = 1
  const { setCookie = '' } = await sessions.commit(session)
  return { at: String(process.hrtime.bigint()), cookie: setCookie.split(';')[0] as string }
}
