import { Router } from '@koa/router'
import Koa, { type Context, type Middleware } from 'koa'
import { createSessions } from 'sojourn'
import type { Session } from 'sojourn'
import { type KoaSession, crossOriginGuard, session } from 'sojourn/koa'

interface AdminData {
  level: number
}

declare module 'sojourn' {
  interface SessionData {
    userId: string
    cart: string[]
  }
}

// What an application may add for a property of its own.
declare module 'koa' {
  interface ExtendableContext {
    readonly adminSession: KoaSession<AdminData>
  }
}

type Same<A, B> = [A] extends [B] ? ([B] extends [A] ? true : false) : false
function same<A, B>(..._proof: Same<A, B> extends true ? [] : ['types differ']): void {}

const secret = 'only-for-the-type-checker-0123456789'
const admin = createSessions<AdminData>({ secret, cookie: { name: 'admin' } })

// Sessions, or their options; nested calls keep the augmentation.
const app = new Koa()
app.use(session(createSessions({ secret, merge: { cart: (_base, mine) => mine } })))
app.use(session({ secret, merge: { cart: (_base, mine) => mine } }))
app.use(session(admin, { property: 'adminSession', countAsActivity: (ctx) => ctx.path !== '/' }))
// @ts-expect-error -- no such key to merge
session({ secret, merge: { other: () => 1 } })
// @ts-expect-error -- no such option
session(admin, { propery: 'adminSession' })

app.use(async (ctx, next) => {
  same<typeof ctx.session.userId, string | undefined>()
  same<typeof ctx.session, KoaSession>()
  same<typeof ctx.adminSession.level, number | undefined>()
  ctx.session.cart = [...(ctx.session.cart ?? []), 'tea']
  ctx.session.adjustTimeoutForSession(60)
  await ctx.session.regenerate()
  void ctx.session.save(() => undefined)
  ctx.session.cookie.maxAge = 60_000
  // @ts-expect-error -- no such key
  void ctx.session.other
  // @ts-expect-error -- the admin's, not the shop's
  void ctx.session.level
  // @ts-expect-error -- it is ended with invalidate()
  ctx.session = null
  for (const request of [ctx, ctx.request, ctx.req]) {
    same<ReturnType<typeof admin.from>, Session<AdminData>>()
    admin.from(request).level = 1
  }
  await next()
})

app.use(crossOriginGuard())
app.use(crossOriginGuard({ allow: ['https://pay.example'] }))
// @ts-expect-error -- origins are a list
crossOriginGuard({ allow: 'https://pay.example' })

// A context and a state of the application's own.
interface State {
  user?: string
}
interface Extra {
  render(page: string): void
}
const typed = new Koa<State, Extra>()
typed.use(session({ secret })).use(crossOriginGuard())
typed.use((ctx) => {
  same<typeof ctx.session.userId, string | undefined>()
  ctx.state.user = ctx.session.userId
  ctx.render('page')
})

// @koa/router, with and without such a context.
const router = new Router()
router.use(session(admin, { property: 'adminSession' }))
router.get('/:item', (ctx) => {
  same<typeof ctx.session.userId, string | undefined>()
  same<typeof ctx.params, Record<string, string>>()
  // @ts-expect-error -- not a string
  ctx.session.userId = 1
})
app.use(router.routes()).use(router.allowedMethods())
const typedRouter = new Router<State, Extra>()
typedRouter.get('/', (ctx) => {
  same<typeof ctx.session.cart, string[] | undefined>()
})
typed.use(typedRouter.routes())

// Functions of the application's own that name Koa's types.
function userOf(ctx: Context): string | undefined {
  return ctx.session.userId
}
const signedIn: Middleware = (ctx, next) => (userOf(ctx) === undefined ? ctx.throw(401) : next())
app.use(signedIn)
