import type { Driver } from './driver.ts'
import { driver as express4 } from './drivers/express-4.ts'
import { driver as express5 } from './drivers/express-5.ts'
import { driver as fastifyHttp2 } from './drivers/fastify-http2.ts'
import { driver as fastify } from './drivers/fastify.ts'
import { driver as fetch } from './drivers/fetch.ts'
import { driver as h3 } from './drivers/h3.ts'
import { driver as hono } from './drivers/hono.ts'
import { driver as koa2 } from './drivers/koa-2.ts'
import { driver as koa3 } from './drivers/koa-3.ts'
import { driver as koaHttp2 } from './drivers/koa-http2.ts'
import { driver as nodeHttp2 } from './drivers/node-http2.ts'
import { driver as node } from './drivers/node.ts'

/** Express first: its responses share a gate, unless plain ones came earlier in the process. */
export const drivers: readonly Driver[] = [
  express5,
  express4,
  node,
  nodeHttp2,
  koa3,
  koa2,
  koaHttp2,
  fastify,
  fastifyHttp2,
  fetch,
  hono,
  h3,
]
