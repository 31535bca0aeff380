import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { machine } from '../../test/support/machine.ts'
import { NONE, type Table } from '../table.ts'

/** What the last run of a day found. */
interface Day {
  /** ISO 8601. */
  readonly date: string
  /** Begins with the commit. */
  readonly machine: string
  /** The median of each target, by its name. */
  readonly medians: Readonly<Record<string, string>>
}

const FILE = new URL('../../docs/bench/days.json', import.meta.url)
const DAYS = 3

/**
 * Keeps what was found today, in place of an earlier run of today, and shows it beside the days
 * before: what was reached by luck is not reached on another day.
 */
export function keepDay({ rows }: Table): Table {
  const date = new Date().toISOString().slice(0, 10)
  const medians = Object.fromEntries(
    rows.map(([target = '', , found = '']) => [target, found.split(' ')[0] as string]),
  )
  const before = keptDays().filter((day) => day.date !== date)
  const days = [...before, { date, machine: machine(), medians }].slice(-DAYS)
  writeFileSync(FILE, `${JSON.stringify(days, null, 2)}\n`)
  return {
    title: 'The targets day by day',
    head: ['', 'at most', ...days.map((day) => `${day.date}, ${day.machine.split(',')[0]}`)],
    rows: rows.map(([target = '', atMost = '']) => [
      target,
      atMost,
      ...days.map((day) => day.medians[target] ?? NONE),
    ]),
  }
}

function keptDays(): Day[] {
  return existsSync(FILE) ? (JSON.parse(readFileSync(FILE, 'utf8')) as Day[]) : []
}
