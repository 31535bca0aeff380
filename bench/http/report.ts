import type { Measured, Slice } from './measure.ts'
import { medianOf, ratioOf, seriesOf, showRatio } from './ratio.ts'
import { CASES, type Case, type Keeper, type Subject } from './subjects.ts'
import type { Table } from './table.ts'
import { BARE_BYTES, type RedisUse } from './traffic.ts'

const NONE = '–'

/** The figures as tables, ratios first. */
export function reportOf(measured: Measured, uses: readonly RedisUse[]): Table[] {
  return [cpuRatios(measured), speedRatios(measured), commands(uses), storage(uses), raw(measured)]
}

function cpuRatios(measured: Measured): Table {
  return {
    title: 'CPU of the server per request, as ratios: median (lowest–highest) of the rounds',
    head: ['', 'to nothing', 'to limit', 'to express-session'],
    rows: rowsOf(measured, (to) => [
      to('nothing', 'cpuUs'),
      to('limit', 'cpuUs'),
      to('express-session', 'cpuUs'),
    ]),
  }
}

function speedRatios(measured: Measured): Table {
  return {
    title: 'Throughput and latency under load, as ratios to limit',
    head: ['', 'requests/s', 'p50', 'p99'],
    rows: rowsOf(measured, (to) => [
      to('limit', 'requestsPerSecond'),
      to('limit', 'p50Ms'),
      to('limit', 'p99Ms'),
    ]),
  }
}

type Compare = (keeper: Keeper, figure: keyof Slice) => string

/** A row for each case and subject, but for what would be compared with itself alone. */
function rowsOf(measured: Measured, cells: (to: Compare) => string[]): string[][] {
  const rows: string[][] = []
  for (const name of CASES) {
    for (const { framework, keeper } of measured.keys()) {
      const own = seriesOf(measured, framework, keeper, name)
      const compare: Compare = (with_, figure) => {
        const other = seriesOf(measured, framework, with_, name)
        if (own === undefined || other === undefined || keeper === with_) return NONE
        return showRatio(ratioOf(own, other, figure))
      }
      if (keeper !== 'nothing') rows.push([`${name}: ${framework}, ${keeper}`, ...cells(compare)])
    }
  }
  return rows
}

function commands(uses: readonly RedisUse[]): Table {
  const kept = uses.filter(({ subject }) => subject.keeper !== 'nothing')
  return {
    title: 'Commands sent to Redis, and round trips, per request',
    head: ['', 'visitor', 'read', 'first write', 'write'],
    rows: kept.map(({ subject, traffic }) => {
      const cells = (['visitor', 'read', 'first write', 'write'] as const).map((name) => {
        const { commands, roundTrips } = traffic.get(name) ?? { commands: new Map(), roundTrips: 0 }
        const sent = [...commands].map(([command, calls]) => `${command} ${short(Number(calls))}`)
        return sent.length === 0 ? '0' : `${sent.join(', ')} in ${short(roundTrips)}`
      })
      return [nameIn(subject), ...cells]
    }),
  }
}

function storage(uses: readonly RedisUse[]): Table {
  const rows = uses.flatMap(({ subject, stored }) => {
    if (stored === undefined) return []
    const { value, memory } = stored
    return [[nameIn(subject), `${value}`, (value / BARE_BYTES).toFixed(2), `${memory}`]]
  })
  return {
    title: `Bytes in Redis per session of ${BARE_BYTES} bytes of JSON`,
    head: ['', 'value', 'to the JSON', 'MEMORY USAGE'],
    rows,
  }
}

function raw(measured: Measured): Table {
  const rows = CASES.flatMap((name) =>
    [...measured].map(([subject, cases]) => rawRow(subject, name, cases.get(name) ?? [])),
  )
  return {
    title: 'The medians behind the ratios; they say little about another machine',
    head: ['', 'CPU µs', 'requests/s', 'p50 ms', 'p99 ms', 'Redis executed'],
    rows,
  }
}

function rawRow(subject: Subject, name: Case, series: readonly Slice[]): string[] {
  return [
    `${name}: ${nameIn(subject)}`,
    medianOf(series, 'cpuUs').toFixed(1),
    medianOf(series, 'requestsPerSecond').toFixed(0),
    medianOf(series, 'p50Ms').toFixed(2),
    medianOf(series, 'p99Ms').toFixed(2),
    short(medianOf(series, 'executed')),
  ]
}

function nameIn({ framework, keeper }: Subject): string {
  return `${framework}, ${keeper}`
}

function short(count: number): string {
  return Number(count.toFixed(2)).toString()
}

/** Each figure this project holds itself to, and whether this run reached it. */
export function targetsOf(measured: Measured): Table {
  const rows = TARGETS.flatMap(({ framework, name, to, atMost }) => {
    const own = seriesOf(measured, framework, 'Sojourn', name)
    const other = seriesOf(measured, framework, to, name)
    if (own === undefined || other === undefined) return []
    const ratio = ratioOf(own, other, 'cpuUs')
    const reached = ratio.median <= atMost ? 'reached' : 'not reached'
    return [[`${name}: ${framework}, to ${to}`, `${atMost}`, showRatio(ratio), reached]]
  })
  return { title: 'Sojourn against its targets, CPU', head: ['', 'at most', 'is', ''], rows }
}

interface Target {
  readonly framework: Subject['framework']
  readonly name: Case
  readonly to: Keeper
  readonly atMost: number
}

const TARGETS: readonly Target[] = [
  { framework: 'Express', name: 'read', to: 'express-session', atMost: 0.5 },
  { framework: 'Express', name: 'read', to: 'limit', atMost: 1.15 },
  { framework: 'Express', name: 'write', to: 'limit', atMost: 1.2 },
  { framework: 'Express', name: 'visitor', to: 'nothing', atMost: 1.03 },
  { framework: 'node:http', name: 'read', to: 'limit', atMost: 1.1 },
  { framework: 'node:http', name: 'write', to: 'limit', atMost: 1.2 },
  { framework: 'node:http', name: 'visitor', to: 'nothing', atMost: 1.03 },
]
