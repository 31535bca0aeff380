import { createServer } from 'node:http'
import { pipeline } from 'node:stream/promises'
import express, { type NextFunction, type Request, type Response } from 'express'
import { crossOriginGuard, noteErrors, session } from '../../../src/adapters/express.ts'
import type { Session } from '../../../src/session/members.ts'
import { type Data, type Driver, type Reply, policyOf } from '../driver.ts'
import { listening } from '../listening.ts'

export const driver: Driver = expressDriver('Express 5', express)

/** The same for both versions. */
export function expressDriver(name: string, framework: typeof express): Driver {
  return {
    name,
    serve(sessions, handle, guard) {
      const app = framework()
      if (guard !== undefined) app.use(crossOriginGuard(guard))
      app.use(session(sessions, { onUnavailable: ({ path }) => policyOf(path) }))
      app.use((request: Request, response: Response, next: NextFunction) => {
        const turn = {
          get session() {
            return request.session as unknown as Session<Data>
          },
          request,
          path: request.path,
        }
        handle(turn)
          .then((reply) => send(response, reply))
          .catch(next)
      })
      app.use(noteErrors())
      return listening(createServer(app))
    },
  }
}

async function send(response: Response, reply: Reply): Promise<void> {
  const { redirect, status = 200, headers = {}, cookies = [], body } = reply
  response.status(status).set(headers)
  for (const cookie of cookies) response.append('Set-Cookie', cookie)
  if (redirect !== undefined) response.redirect(redirect)
  else if (typeof body === 'object') await pipeline(body, response)
  else if (body === undefined) response.end()
  else response.send(body)
}
