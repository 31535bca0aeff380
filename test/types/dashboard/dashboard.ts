import { createServer } from 'node:http'
import http2 from 'node:http2'
import { Router } from '@koa/router'
import express, { type Request as ExpressRequest } from 'express'
import fastify, { type FastifyRequest } from 'fastify'
import { Hono } from 'hono'
import Koa, { type Context } from 'koa'
import { createSessions } from 'sojourn'
import { type SessionsDashboard, sessionsDashboard } from 'sojourn/dashboard'
import { session as onExpress } from 'sojourn/express'
import { session as onFastify } from 'sojourn/fastify'
import { withSession } from 'sojourn/fetch'

declare module 'sojourn' {
  interface SessionData {
    isOperator: boolean
  }
}

const secret = 'only-for-the-type-checker-0123456789'
const sessions = createSessions({ secret })

// One line in each framework; authorize() finds the session by the request, whichever it is.
const dashboard = sessionsDashboard(sessions, {
  authorize: (request) => sessions.from(request).isOperator === true,
})
express().use(onExpress(sessions)).all('/sessions', dashboard.node)
express().use('/sessions', dashboard.node)
new Koa().use(dashboard.koa)
new Koa().use(new Router().all('/sessions', dashboard.koa).routes())
const app = fastify()
app.register(onFastify, { sessions })
app.register(dashboard.fastify, { prefix: '/sessions' })
fastify({ http2: true }).register(dashboard.fastify, { prefix: '/sessions' })
new Hono().all('/sessions', (c) => dashboard.fetch(c.req.raw))
withSession(sessions, (request) => dashboard.fetch(request))
createServer((request, response) => void dashboard.node(request, response))
http2.createServer((request, response) => void dashboard.node(request, response))

// It may ask for more of its own framework's request, and then fits that one alone.
const onlyExpress = sessionsDashboard(sessions, {
  authorize: async (request: ExpressRequest) =>
    request.session.principal === 'ada' && { by: request.ip ?? 'somebody' },
  maxKeys: 10_000,
  scanInterval: 60,
  onError: (error, request) => console.error(request.path, error),
})
express().all('/sessions', onlyExpress.node)
// @ts-expect-error -- it needs a request of Express
new Hono().all('/sessions', (c) => onlyExpress.fetch(c.req.raw))
new Koa().use(
  sessionsDashboard(sessions, { authorize: (ctx: Context) => ctx.session.isOperator }).koa,
)
app.register(
  sessionsDashboard(sessions, { authorize: (request: FastifyRequest) => request.ip === '::1' })
    .fastify,
  { prefix: '/others' },
)

// A name is not a permission.
// @ts-expect-error -- a string is no verdict
sessionsDashboard(sessions, { authorize: (request) => sessions.from(request).principal })
// @ts-expect-error -- authorize is missing
sessionsDashboard(sessions, {})
// @ts-expect-error -- these are no sessions
sessionsDashboard({}, { authorize: () => true })

export const mounts: SessionsDashboard = dashboard
