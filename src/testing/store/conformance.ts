import { type ConformanceCase, casesOf } from '../conformance.ts'
import { capabilityChecks, clockChecks, foreignChecks } from './capability-checks.ts'
import { concurrencyChecks } from './concurrency-checks.ts'
import { endChecks } from './end-checks.ts'
import { type MakeStore, lendStore } from './given.ts'
import { listChecks } from './list-checks.ts'
import { createChecks, readChecks } from './read-create-checks.ts'
import { expiryChecks, removeChecks } from './remove-expiry-checks.ts'
import { replaceChecks } from './replace-checks.ts'
import { scanChecks } from './scan-checks.ts'
import { sequenceChecks } from './sequence-checks.ts'
import { touchChecks } from './touch-checks.ts'
import { touchWriteChecks } from './touch-write-checks.ts'
import { valueChecks } from './value-checks.ts'
import { watchChecks } from './watch-checks.ts'

export type { MakeStore, StoreFixture } from './given.ts'

const GROUPS = {
  now: clockChecks,
  read: readChecks,
  create: createChecks,
  replace: replaceChecks,
  touch: { ...touchChecks, ...touchWriteChecks },
  remove: removeChecks,
  end: endChecks,
  lists: listChecks,
  scan: scanChecks,
  expiry: expiryChecks,
  'at once': concurrencyChecks,
  records: valueChecks,
  'any sequence': sequenceChecks,
  'something else under the key': foreignChecks,
  watch: watchChecks,
  for: capabilityChecks,
}

/**
 * The whole contract of a store as cases for any test runner:
 *
 *     for (const { name, run } of storeConformance(() => myStore())) test(name, run)
 *
 * A store is made for every case and closed after it. Cases use keys of their own, so the stores
 * may share one database, and cases may run at the same time. What a store or its fixture does
 * not offer is not asked of it: `end` and lists, `scan`, `watch`, `for`, `readForeign`;
 * `expiryAt`, `putForeign`.
 */
export function storeConformance(makeStore: MakeStore): ConformanceCase[] {
  return casesOf(GROUPS, (check) => lendStore(makeStore, check))
}
