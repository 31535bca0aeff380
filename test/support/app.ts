import { once } from 'node:events'
import { createServer, type RequestListener } from 'node:http'
import { createRequire } from 'node:module'
import type { AddressInfo } from 'node:net'
import { onTestFinished } from 'vitest'
import express, { type NextFunction, type Request, type Response } from 'express'
import { type ExpressSession, noteErrors, session } from '../../src/adapters/express.ts'
import { withSession } from '../../src/adapters/node.ts'
import type { Sessions } from '../../src/sessions.ts'
import { Browser } from './browser-jar.ts'

export const SECRET = 'a secret of the tests, long enough for all of them'

export type Data = Record<string, unknown>
export type DataSessions = Sessions<Data>

export interface Turn {
  readonly session: ExpressSession<Data>
  readonly request: Request
  readonly response: Response
}

/** What one page does. What it returns is sent as JSON, unless it ended the response itself. */
export type Page = (turn: Turn) => unknown

export type Pages = Readonly<Record<string, Page>>

export type Framework = 'express 5' | 'express 4' | 'node'

/** A server with pages by path, closed with all its connections when the test is over. */
export interface App {
  readonly port: number
  /** Every error that reached the application's error handler. */
  readonly errors: unknown[]
  browser(): Browser
}

export const express4 = createRequire(import.meta.url)('express4') as typeof express

/** Serves pages. An error is answered with its own status and `{ code, message }`. */
export async function startApp(
  sessions: DataSessions,
  pages: Pages,
  framework: Framework = 'express 5',
): Promise<App> {
  const errors: unknown[] = []
  const listener =
    framework === 'node'
      ? nodeListener(sessions, pages, errors)
      : expressApp(framework === 'express 4' ? express4 : express, sessions, pages, errors)
  return listen(listener, errors)
}

export async function listen(listener: RequestListener, errors: unknown[] = []): Promise<App> {
  const server = createServer(listener)
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  onTestFinished(async () => {
    server.closeAllConnections()
    server.close()
    await once(server, 'close')
  })
  const { port } = server.address() as AddressInfo
  return { port, errors, browser: () => new Browser(port) }
}

function expressApp(
  framework: typeof express,
  sessions: DataSessions,
  pages: Pages,
  errors: unknown[],
): RequestListener {
  const app = framework()
  app.use(session(sessions))
  app.use(framework.json())
  app.use((request: Request, response: Response, next: NextFunction) => {
    const turn = {
      get session() {
        return sessionOf(request)
      },
      request,
      response,
    }
    show(pages, turn).catch(next)
  })
  app.use(noteErrors())
  app.use(errorPage(errors))
  return app as RequestListener
}

export function errorPage(errors: unknown[]) {
  return (error: unknown, _request: Request, response: Response, _next: NextFunction) => {
    errors.push(error)
    const { status = 500, code, message } = error as { status?: number; code?: string } & Error
    response.status(status).json({ code, message })
  }
}

/** What a session holds, as a plain object. */
export function dataIn(session: object): Data {
  return { ...session }
}

/** The session as these tests see it: any key, any value. */
export function sessionOf(request: object): ExpressSession<Data> {
  return (request as { session: unknown }).session as ExpressSession<Data>
}

function nodeListener(sessions: DataSessions, pages: Pages, errors: unknown[]): RequestListener {
  const listener = withSession(
    sessions,
    (request, response) => {
      const turn = {
        get session() {
          return sessionOf(request)
        },
        request: request as unknown as Request,
        response: response as unknown as Response,
      }
      return show(pages, turn)
    },
    { onError: (error) => void errors.push(error) },
  )
  return listener
}

async function show(pages: Pages, turn: Turn): Promise<void> {
  const { request, response } = turn
  const path = new URL(request.url, 'http://localhost').pathname.slice(1)
  const page = pages[path]
  if (page === undefined) throw Object.assign(new Error(`no page ${path}`), { status: 404 })
  const shown = await page(turn)
  if (response.headersSent) return
  response.setHeader('Content-Type', 'application/json')
  response.end(JSON.stringify(shown ?? null))
}
