import { RedisStore } from 'connect-redis'
import express, { type Express, type NextFunction, type Request, type Response } from 'express'
import expressSession, { type SessionOptions } from 'express-session'
import { createClient } from 'redis'
import { onTestFinished } from 'vitest'
import { type App, type Data, errorPage, listen } from './app.ts'

export const OLD_SECRET = 'keyboard cat'

export type OldSession = expressSession.Session & Data

export type OldPage = (session: OldSession, request: Request) => unknown

export interface OldApp {
  readonly pages?: Readonly<Record<string, OldPage>>
  readonly options?: Partial<SessionOptions>
  readonly store?: { prefix?: string; ttl?: number; disableTTL?: boolean; serializer?: never }
  readonly mount?: (app: Express) => void
}

/** The application before the switch: express-session and connect-redis, as their READMEs say. */
export async function startOldApp(url: string, { pages, options, store, mount }: OldApp) {
  const client = createClient({ url })
  await client.connect()
  onTestFinished(() => void client.destroy())
  const app = express()
  app.use(
    expressSession({
      store: new RedisStore({ client, ...store }),
      secret: OLD_SECRET,
      resave: false,
      saveUninitialized: false,
      ...options,
    }),
  )
  app.use(express.json())
  mount?.(app)
  for (const [path, page] of Object.entries(pages ?? {})) {
    app.all(`/${path}`, async (request: Request, response: Response) => {
      const shown = await page(request.session as unknown as OldSession, request)
      response.json(shown ?? null)
    })
  }
  app.use((_request: Request, _response: Response, next: NextFunction) => {
    next(Object.assign(new Error('no page'), { status: 404 }))
  })
  app.use(errorPage([]))
  return { app: await listen(app as never), client } satisfies { app: App; client: unknown }
}
