import { getRequestListener } from '@hono/node-server'
import type { IncomingMessage } from 'node:http'
import { type App, listen } from './app.ts'

/** What this server hands over beside the request. */
export interface NodeEnv {
  readonly incoming: IncomingMessage
}

export type Fetch = (request: Request, env: NodeEnv) => Response | Promise<Response>

/**
 * Serves a fetch-style handler over HTTP. What it throws is among `errors` and answered with 500.
 * The runtime's own Response stays: its immutable headers are part of what is tested.
 */
export async function serveFetch(fetch: Fetch): Promise<App> {
  const errors: unknown[] = []
  const listener = getRequestListener((request, env) => fetch(request, env as NodeEnv), {
    overrideGlobalObjects: false,
    errorHandler(error) {
      errors.push(error)
      return new Response('the server answers', { status: 500 })
    },
  })
  return listen((request, response) => void listener(request, response), errors)
}
