import express, { type Express } from 'express'
import { describe } from 'vitest'
import { session } from '../../src/adapters/express.ts'
import { decode } from '../../src/record/serialize.ts'
import { createSessions } from '../../src/sessions.ts'
import { memoryStore } from '../../src/store/memory.ts'
import type { Store } from '../../src/store/store.ts'
import { type App, type Data, SECRET, errorPage, express4, listen } from '../support/app.ts'
import { useRedis } from '../support/both-stores.ts'
import type { Answer } from '../support/browser-jar.ts'
import { LatchStore } from '../support/latch-store.ts'

export type Routes = (app: Express) => void

export interface Served {
  readonly app: App
  readonly store: LatchStore
  /** The data of every session that is stored, as the package left them. */
  readonly stored: () => Promise<Data[]>
}

export type Serve = (routes: Routes) => Promise<Served>

/** Each package meets Express 5 and Express 4, the memory store and Redis. */
export function describeOnExpress(name: string, tests: (serve: Serve) => void): void {
  describe(`${name} on Express 5 and Redis`, () => {
    const redis = useRedis()
    tests((routes) => serve(express, redis.store(), routes))
  })
  describe(`${name} on Express 4 and the memory store`, () => {
    tests((routes) => serve(express4, memoryStore(), routes))
  })
}

async function serve(framework: typeof express, inner: Store, routes: Routes): Promise<Served> {
  const store = new LatchStore(inner)
  const errors: unknown[] = []
  const app = framework()
  app.use(session(createSessions<Data>({ secret: SECRET, store })))
  app.use(framework.json())
  routes(app)
  app.use(errorPage(errors))
  return {
    app: await listen(app, errors),
    store,
    async stored() {
      const records = await store.records()
      return records.map(({ data }) => decode(data as string) as Data)
    },
  }
}

/** The cookies of ours that an answer sets. */
export function ours({ setCookies }: Answer): string[] {
  return setCookies.filter((line) => line.startsWith('sid='))
}
