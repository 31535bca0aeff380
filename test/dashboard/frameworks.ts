import { createRequire } from 'node:module'
import { type Server, createServer } from 'node:http'
import { createServer as createHttp2Server } from 'node:http2'
import { createAdaptorServer } from '@hono/node-server'
import { Router } from '@koa/router'
import { Module } from '@nestjs/common'
import { NestFactory } from '@nestjs/core'
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify'
import express from 'express'
import fastify, { type FastifyInstance } from 'fastify'
import { H3, toNodeHandler } from 'h3'
import { Hono } from 'hono'
import Koa from 'koa'
import { session as onExpress } from '../../src/adapters/express.ts'
import { session as onFastify } from '../../src/adapters/fastify.ts'
import { openSession, withSession as onFetch } from '../../src/adapters/fetch.ts'
import { session as onHono } from '../../src/adapters/hono.ts'
import { session as onKoa } from '../../src/adapters/koa.ts'
import { withSession as onNode } from '../../src/adapters/node.ts'
import type { SessionsDashboard } from '../../src/dashboard/dashboard.ts'
import type { Sessions } from '../../src/sessions.ts'
import type { Served } from '../conformance/driver.ts'
import { listening } from '../conformance/listening.ts'
import type { Data } from '../support/app.ts'

/** Where the dashboard is. */
export const PATH = '/ops/sessions'

export interface Framework {
  readonly name: string
  readonly protocol?: 'h2c'
  /** An application with sessions, and the dashboard behind them. */
  readonly serve: (sessions: Sessions<Data>, dashboard: SessionsDashboard) => Promise<Served>
}

const require = createRequire(import.meta.url)

function onlyThere(url: string | undefined, handler: () => unknown, otherwise: () => unknown) {
  return url?.split('?')[0] === PATH ? handler() : otherwise()
}

function expressLike(name: string, framework: typeof express, mount: 'all' | 'use'): Framework {
  return {
    name,
    serve(sessions, dashboard) {
      const app = framework()
      app.use(onExpress(sessions), framework.json(), framework.urlencoded({ extended: false }))
      app[mount](PATH, dashboard.node)
      return listening(createServer(app))
    },
  }
}

function koaLike(name: string, Framework: typeof Koa): Framework {
  return {
    name,
    serve(sessions, dashboard) {
      const app = new Framework()
      app.silent = true
      app.use(onKoa(sessions)).use(new Router().all(PATH, dashboard.koa).routes())
      const listener = app.callback()
      return listening(createServer((request, response) => void listener(request, response)))
    },
  }
}

async function serveFastify(
  app: FastifyInstance,
  sessions: Sessions<Data>,
  dashboard: SessionsDashboard,
): Promise<Served> {
  app.register(onFastify, { sessions })
  app.register(dashboard.fastify, { prefix: PATH })
  await app.ready()
  return listening(app.server)
}

function nodeListener(sessions: Sessions<Data>, dashboard: SessionsDashboard) {
  return onNode(sessions, (request, response) =>
    onlyThere(
      request.url,
      () => dashboard.node(request, response),
      () => response.writeHead(404).end(),
    ),
  )
}

// oxlint-disable-next-line typescript/no-extraneous-class -- a module is its decorator
class Empty {}
Module({})(Empty)

export const frameworks: readonly Framework[] = [
  expressLike('Express 5', express, 'all'),
  expressLike('Express 5, under app.use', express, 'use'),
  expressLike('Express 4', require('express4') as typeof express, 'all'),
  {
    name: 'Nest 12 on Express',
    async serve(sessions, dashboard) {
      const app = await NestFactory.create(Empty, { logger: false })
      app.use(onExpress(sessions))
      app.use(PATH, dashboard.node)
      await app.init()
      const served = await listening(app.getHttpServer() as Server)
      return { port: served.port, close: () => served.close().then(() => app.close()) }
    },
  },
  {
    name: 'Nest 12 on Fastify',
    async serve(sessions, dashboard) {
      const adapter = new FastifyAdapter()
      const made = await NestFactory.create<NestFastifyApplication>(Empty, adapter, {
        logger: false,
      })
      await made.register(onFastify, { sessions })
      await made.register(dashboard.fastify, { prefix: PATH })
      await made.init()
      await adapter.getInstance().ready()
      return listening(made.getHttpServer())
    },
  },
  {
    name: 'node:http',
    serve: (...args) => listening(createServer(nodeListener(...args))),
  },
  {
    name: 'node:http2',
    protocol: 'h2c',
    serve: (...args) => listening(createHttp2Server(nodeListener(...args))),
  },
  koaLike('Koa 3', Koa),
  koaLike('Koa 2', require('koa2') as typeof Koa),
  {
    name: 'Fastify 5',
    serve: (...args) => serveFastify(fastify(), ...args),
  },
  {
    name: 'Fastify 5, HTTP/2',
    protocol: 'h2c',
    serve: (...args) => serveFastify(fastify({ http2: true }) as never, ...args),
  },
  {
    name: 'Hono 4',
    serve(sessions, dashboard) {
      const app = new Hono()
      app.use(onHono(sessions)).all(PATH, (c) => dashboard.fetch(c.req.raw))
      return listening(createAdaptorServer(app))
    },
  },
  {
    name: 'fetch',
    serve(sessions, dashboard) {
      const fetch = onFetch(sessions, (request) => dashboard.fetch(request))
      return listening(createAdaptorServer({ fetch, overrideGlobalObjects: false }))
    },
  },
  {
    name: 'h3 2',
    serve(sessions, dashboard) {
      const app = new H3({ silent: true })
      app.all(PATH, async (event) => {
        const { commit } = await openSession(sessions, event.req)
        return commit(await dashboard.fetch(event.req))
      })
      return listening(createServer(toNodeHandler(app)))
    },
  },
]
