import { afterAll, test } from 'vitest'
import { accounts } from './cases/accounts.ts'
import { cookies } from './cases/cookies.ts'
import { failures } from './cases/failures.ts'
import { firstByte } from './cases/first-byte.ts'
import { headers } from './cases/headers.ts'
import { life } from './cases/life.ts'
import { origins } from './cases/origins.ts'
import { parallel } from './cases/parallel.ts'
import { printed } from './cases/printed.ts'
import { thrown } from './cases/thrown.ts'
import type { Driver } from './driver.ts'
import { type Cases, Stage, type StoreUnderTest } from './stage.ts'

const cases: Cases = {
  ...life,
  ...parallel,
  ...firstByte,
  ...failures,
  ...thrown,
  ...headers,
  ...cookies,
  ...accounts,
  ...origins,
  ...printed,
}

/** Registers every case for one adapter on one store, over one server (and one that is quiet). */
export function testConformance(driver: Driver, store: StoreUnderTest): void {
  let stages: Promise<[stage: Stage, quiet: Stage]> | undefined

  async function open(): Promise<[stage: Stage, quiet: Stage]> {
    const stage = new Stage(driver, store)
    const quiet = new Stage(driver, store, { cookieOnException: false })
    return Promise.all([stage.open(), quiet.open()])
  }

  for (const [sentence, run] of Object.entries(cases)) {
    test(`${driver.name} on ${store.name}: ${sentence}`, async () => {
      stages ??= open()
      const [stage, quiet] = await stages
      try {
        await run(stage, quiet)
      } finally {
        await Promise.all([stage.clear(), quiet.clear()])
      }
    })
  }

  afterAll(async () => {
    for (const stage of (await stages) ?? []) await stage.close()
  })
}
