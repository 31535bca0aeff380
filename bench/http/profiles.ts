import type { Page } from '../page.ts'
import type { Table } from '../table.ts'
import { CASES, type CaseName, type Trial, trialsOf } from './cases.ts'
import { cpuChart } from './charts.ts'
import type { Measured, Plan } from './measure.ts'
import { casesOf, commands, cpuRatios, medians, speedRatios, storage } from './report.ts'
import type { Result } from './result.ts'
import { targetsOf } from './targets.ts'

interface Profile {
  readonly plan: Plan
  readonly page: Pick<Page, 'path' | 'title' | 'says'>
  tables(result: Result): Table[]
  charts(measured: Measured, trials: readonly Trial[]): Record<string, string>
}

const USUAL = { requests: 2000, warmUps: 4, connections: 10 }
const OF_TARGETS = ['none', 'anonymous', 'read', 'read once', 'write', 'write once'] as const
const EVERY = Object.keys(CASES) as readonly CaseName[]

/** What is measured together, and the page where it is kept. */
export const PROFILES = {
  targets: {
    plan: { ...USUAL, starts: 5, rounds: 3, trials: trialsOf(OF_TARGETS, [1.2]) },
    page: {
      path: 'bench.md',
      title: 'Benchmark',
      says: [
        'CPU is that of the server process, `process.cpuUsage()` over the requests of a round; ' +
          '`limit` is the same framework with a cookie scan, `GET` and `JSON.parse`, `SET` by hand ' +
          'in the handler; `nothing` is the same handler without sessions. Each library is set up ' +
          'as its README says, and has shown that it keeps sessions before it is measured. Peers are run ' +
          'with the defaults of node-redis, its timeout per command included; `limit` has that switched ' +
          'off, and Sojourn switches it off for its own commands.',
        '`read` and `write` are of ten sessions, as a browser sends its requests in bursts: from the ' +
          'second on Sojourn knows what the bytes of an unchanged record mean ' +
          '([031](decisions/031-records-read-lately.md)), and writes only the properties that have ' +
          'changed ([033](decisions/033-only-what-has-changed.md)). `read once` and `write once` are of ' +
          'sessions that nobody has read before. The client never sleeps: to wake it would be charged ' +
          'to the server.',
        'The near cache spares the round trip, and with it the Redis client. What is left of a read is ' +
          'the same with it and without: to copy the data for the handler, to compare them at its ' +
          'end, and what a middleware costs.',
        'Visitors, and reads out of the near cache, go on together with the others that came in ' +
          'the same turn of the event loop ([038](decisions/038-together.md)): code that runs ten ' +
          'times in a row is faster, which is why a visitor can take less with Sojourn than without.',
        '`safe limit` is the limit with what the promises of any such library take: an HMAC, expiry, a ' +
          'compare-and-set, headers for caches, a middleware ([043](decisions/043-what-the-promises-take.md)). ' +
          'It copies and compares nothing, and holds no response back. Below it comes only what spares work ' +
          'that it does by hand each time: the JSON of records read lately, and turns taken together.',
        '[Where the time goes](bench/where.md) shows what Sojourn takes beside that. A write by hand ' +
          'is JSON for the most part. Sojourn needs no JSON there, and what it does in its place takes ' +
          'as long: it compares, merges, writes a header, holds the response, and sends a ' +
          'compare-and-set. Of a session that nobody has read before it needs the JSON too, and an ' +
          'HMAC. A visitor costs what a property on the request and a hold on the response cost; Hono ' +
          'cannot tell who looks at a session, so each response gets Vary, which gives it a Headers ' +
          'object.',
        '`reached, within noise` is said where the median of the rounds reaches a target, and the ' +
          'highest of them does not.',
        'More: [what is not reached, and why](bench/not-reached.md), [every case](bench/cases.md), ' +
          '[sizes](bench/sizes.md), [parts](bench/parts.md), ' +
          '[what is left without sockets](bench/overhead.md), ' +
          '[as work grows](bench/growth.md), and [what a large site needs](capacity.md).',
      ],
    },
    tables: ({ measured, uses, trials }) => [
      casesOf(OF_TARGETS),
      targetsOf({ measured, uses, trials }),
      cpuRatios(measured, trials),
      speedRatios(measured, trials),
      commands(uses, ['anonymous', 'read', 'first write', 'write', 'sign-out']),
      storage(uses),
      medians(measured, trials),
    ],
    charts: (measured, trials) => ({
      read: cpuChart(measured, trials, 'read'),
      write: cpuChart(measured, trials, 'write'),
    }),
  },
  cases: {
    plan: { ...USUAL, starts: 3, rounds: 3, trials: trialsOf(EVERY, [1.2]) },
    page: { path: 'bench/cases.md', title: 'Benchmark: every case', says: [] },
    tables: ({ measured, uses, trials }) => [
      casesOf(EVERY),
      cpuRatios(measured, trials),
      speedRatios(measured, trials),
      commands(uses, EVERY),
      medians(measured, trials),
    ],
    charts: (measured, trials) => ({ 'sign-in': cpuChart(measured, trials, 'sign-in') }),
  },
  sizes: {
    plan: { ...USUAL, starts: 3, rounds: 3, trials: trialsOf(['read', 'write'], [1.2, 10, 64]) },
    page: { path: 'bench/sizes.md', title: 'Benchmark: larger sessions', says: [] },
    tables: ({ measured, trials }) => [
      cpuRatios(measured, trials),
      speedRatios(measured, trials),
      medians(measured, trials),
    ],
    charts: (measured, trials) => ({
      'read-64': cpuChart(measured, trials, 'read', 64),
      'write-64': cpuChart(measured, trials, 'write', 64),
    }),
  },
} as const satisfies Record<string, Profile>
export type ProfileName = keyof typeof PROFILES
