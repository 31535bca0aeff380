import { getRequestListener } from '@hono/node-server'
import type { Hono } from 'hono'
import { type App, listen } from './app.ts'

/** Serves an app as `serve()` of @hono/node-server does, which replaces the global Response. */
export async function serveHono(app: Pick<Hono, 'fetch'>): Promise<App> {
  const listener = getRequestListener((request, env) => app.fetch(request, env))
  return listen((request, response) => void listener(request, response))
}
