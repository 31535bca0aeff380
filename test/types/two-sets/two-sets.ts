import express from 'express'
import { createServer } from 'node:http'
import { createSessions } from 'sojourn'
import type { Session } from 'sojourn'
import { type ExpressSession, session } from 'sojourn/express'
import { withSession } from 'sojourn/node'

interface ShopData {
  cart: string[]
}
interface AdminData {
  level: number
}

declare module 'sojourn' {
  interface SessionData extends ShopData {}
}

// What an application may add for a property of its own.
declare module 'express-serve-static-core' {
  interface Request {
    readonly adminSession: ExpressSession<AdminData>
  }
}

type Same<A, B> = [A] extends [B] ? ([B] extends [A] ? true : false) : false
function same<A, B>(..._proof: Same<A, B> extends true ? [] : ['types differ']): void {}

const secret = 'only-for-the-type-checker-0123456789'
const shop = createSessions({ secret, timeout: 3600, cookie: { name: 'shop' } })
const admin = createSessions<AdminData>({
  secret,
  timeout: 300,
  prefix: 'admin:',
  cookie: { name: 'admin', sameSite: 'strict' },
})

// Express: each set's data by from(), and by its property.
const app = express()
app.use(session(shop), session(admin, { property: 'adminSession' }))
app.get('/', (request, response) => {
  same<ReturnType<typeof admin.from>, Session<AdminData>>()
  same<typeof request.session.cart, string[] | undefined>()
  same<typeof request.adminSession.level, number | undefined>()
  const ofShop = shop.from(request)
  const ofAdmin = admin.from(request)
  same<typeof ofShop.cart, string[] | undefined>()
  same<typeof ofAdmin.level, number | undefined>()
  // @ts-expect-error -- the shop's, not the admin's
  void ofAdmin.cart
  // @ts-expect-error -- the admin's, not the shop's
  void ofShop.level
  // @ts-expect-error -- not a level
  ofAdmin.level = 'three'
  response.json([ofShop.cart, ofAdmin.level])
})

// node:http: one listener within the other, each with the property of its own set.
createServer(
  withSession(
    shop,
    withSession(
      admin,
      (request, response) => {
        same<typeof request.adminSession, Session<AdminData>>()
        // @ts-expect-error -- the inner listener's type knows the inner set; from() knows both
        void request.session
        response.end(shop.from(request).cart?.join())
      },
      { property: 'adminSession' },
    ),
  ),
)

// A session of one set is none of the other.
const opened = await admin.open()
await admin.commit(opened)
// @ts-expect-error -- level is no data of the shop
const wrong: Session<{ level: string }> = opened
void wrong
