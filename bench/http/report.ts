import { account } from './account.ts'
import { CASES, type CaseName, type Trial, titleOf } from './cases.ts'
import type { Measured, Series, Slice } from './measure.ts'
import { medianOf, ratioOf, seriesOf, showRatio } from './ratio.ts'
import { type Keeper, type Subject, nameOf } from './subjects.ts'
import { NONE, type Table } from '../table.ts'
import type { Asked, RedisUse } from './traffic.ts'

export function cpuRatios(measured: Measured, trials: readonly Trial[]): Table {
  return {
    title: 'CPU of the server per request, as ratios: median (lowest–highest) of the rounds',
    head: ['', 'to nothing', 'to limit', 'to Sojourn'],
    rows: rowsOf(measured, trials, (to) => [
      to('nothing', 'cpuUs'),
      to('limit', 'cpuUs'),
      to('Sojourn', 'cpuUs'),
    ]),
  }
}

export function speedRatios(measured: Measured, trials: readonly Trial[]): Table {
  return {
    title: 'Throughput and latency under load, as ratios to limit',
    head: ['', 'requests/s', 'p50', 'p99'],
    rows: rowsOf(measured, trials, (to) => [
      to('limit', 'requestsPerSecond'),
      to('limit', 'p50Ms'),
      to('limit', 'p99Ms'),
    ]).filter(([, ...cells]) => cells.some((cell) => cell !== NONE)),
  }
}

type Compare = (keeper: Keeper, figure: keyof Slice) => string

function rowsOf(
  measured: Measured,
  trials: readonly Trial[],
  cells: (to: Compare) => string[],
): string[][] {
  return everyRow(measured, trials).flatMap(({ subject, trial, series }) => {
    const { framework, keeper } = subject
    if (keeper === 'nothing') return []
    const compare: Compare = (to, figure) => {
      const other = seriesOf(measured, framework, to, trial)
      return other === undefined || keeper === to ? NONE : showRatio(ratioOf(series, other, figure))
    }
    return [[`${titleOf(trial)}: ${nameOf(subject)}`, ...cells(compare)]]
  })
}

interface Row {
  readonly subject: Subject
  readonly trial: Trial
  readonly series: Series
}

function everyRow(measured: Measured, trials: readonly Trial[]): Row[] {
  return trials.flatMap((trial) =>
    [...measured].flatMap(([subject, its]) => {
      const series = its.get(trial)
      return series === undefined ? [] : [{ subject, trial, series }]
    }),
  )
}

/** The figures the ratios are of. */
export function medians(measured: Measured, trials: readonly Trial[]): Table {
  return {
    title: 'The medians behind the ratios; they say little about another machine',
    head: ['', 'CPU µs', 'requests/s', 'p50 ms', 'p99 ms', 'Redis executed'],
    rows: everyRow(measured, trials).map(({ subject, trial, series }) => [
      `${titleOf(trial)}: ${nameOf(subject)}`,
      medianOf(series, 'cpuUs').toFixed(1),
      medianOf(series, 'requestsPerSecond').toFixed(0),
      medianOf(series, 'p50Ms').toFixed(2),
      medianOf(series, 'p99Ms').toFixed(2),
      short(medianOf(series, 'executed')),
    ]),
  }
}

export function commands(uses: readonly RedisUse[], asked: readonly Asked[]): Table {
  const kept = uses.filter(({ subject }) => subject.keeper !== 'nothing')
  return {
    title: 'Commands sent to Redis, and round trips, per request',
    head: ['', ...asked],
    rows: kept.map(({ subject, traffic }) => {
      const cells = asked.map((name) => {
        const counted = traffic.get(name)
        if (counted === undefined) return NONE
        const sent = [...counted.commands].map(([command, calls]) => `${command} ${short(calls)}`)
        return sent.length === 0 ? '0' : `${sent.join(', ')} in ${short(counted.roundTrips)}`
      })
      return [nameOf(subject), ...cells]
    }),
  }
}

export function storage(uses: readonly RedisUse[]): Table {
  const bare = Buffer.byteLength(JSON.stringify(account()))
  const rows = uses.flatMap(({ subject, stored }) => {
    if (stored === undefined) return []
    const { value, memory } = stored
    return [[nameOf(subject), `${value}`, (value / bare).toFixed(2), `${memory}`]]
  })
  return {
    title: `Bytes in Redis per session of ${bare} bytes of JSON`,
    head: ['', 'value', 'to the JSON', 'MEMORY USAGE'],
    rows,
  }
}

export function casesOf(names: readonly CaseName[]): Table {
  return {
    title: 'What the cases are',
    head: ['case', 'what happens'],
    rows: names.map((name) => [name, CASES[name].says]),
  }
}

function short(count: number): string {
  return Number(count.toFixed(2)).toString()
}
