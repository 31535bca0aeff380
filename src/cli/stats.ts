import { expiryOf } from '../record/record.ts'
import { type Arguments, limitOf } from './arguments.ts'
import { progressBar } from './progress.ts'
import { scan } from './scan.ts'
import type { Result, Task } from './task.ts'
import { clean, count, duration } from '../words.ts'
import { table } from './table.ts'

const LIMIT = 10
const HOUR_MS = 3_600_000

/** How many sessions, how large and how old they are, and who has most. */
export function stats(args: Arguments): (task: Task) => Promise<Result> {
  const most = limitOf(args, LIMIT)
  return (task) => gather(task, most)
}

async function gather({ redis, prefix, now }: Task, most: number): Promise<Result> {
  const others = { ended: 0, list: 0, newer: 0, foreign: 0 }
  // SCAN may give a key more than once.
  const ids = new Set<string>()
  const sizes: number[] = []
  const ages: number[] = []
  const idles: number[] = []
  const principals = new Map<string, number>()
  let signedIn = 0
  let endingSoon = 0
  const progress = progressBar()
  try {
    for await (const found of scan(redis, prefix, progress.looked)) {
      if (found.kind !== 'session') {
        others[found.kind]++
        continue
      }
      const { record, bytes } = found
      if (ids.has(record.id)) continue
      ids.add(record.id)
      sizes.push(bytes)
      ages.push(now - record.createdAt)
      idles.push(now - record.touchedAt)
      if (expiryOf(record) - now < HOUR_MS) endingSoon++
      if (record.principal === null) continue
      signedIn++
      principals.set(record.principal, (principals.get(record.principal) ?? 0) + 1)
    }
  } finally {
    progress.done()
  }
  const top = [...principals].toSorted(([, one], [, other]) => other - one).slice(0, most)
  const figures = {
    sessions: {
      all: ids.size,
      signedIn,
      visitors: ids.size - signedIn,
      endingWithinAnHour: endingSoon,
    },
    others,
    bytes: { all: sizes.reduce((sum, size) => sum + size, 0), ...spread(sizes) },
    ageMs: spread(ages),
    idleMs: spread(idles),
    principals: {
      all: principals.size,
      most: top.map(([principal, sessions]) => ({ principal, sessions })),
    },
  }
  return { text: text(figures), json: figures, code: 0 }
}

interface Spread {
  readonly median: number
  readonly p95: number
  readonly largest: number
}

function spread(numbers: readonly number[]): Spread | null {
  if (numbers.length === 0) return null
  const sorted = Float64Array.from(numbers).toSorted()
  const at = (part: number) => sorted[Math.ceil(part * sorted.length) - 1] ?? 0
  return { median: at(0.5), p95: at(0.95), largest: at(1) }
}

interface Figures {
  readonly sessions: Readonly<
    Record<'all' | 'signedIn' | 'visitors' | 'endingWithinAnHour', number>
  >
  readonly others: Readonly<Record<'ended' | 'list' | 'newer' | 'foreign', number>>
  readonly bytes: { readonly all: number } & Partial<Spread>
  readonly ageMs: Spread | null
  readonly idleMs: Spread | null
  readonly principals: {
    readonly all: number
    readonly most: readonly { readonly principal: string; readonly sessions: number }[]
  }
}

function text({ sessions, others, bytes, ageMs, idleMs, principals }: Figures): string {
  const { all, signedIn, visitors, endingWithinAnHour } = sessions
  const rows = [
    `${count(all, 'session')}: ${signedIn} signed in, ${count(visitors, 'visitor')}; ` +
      `${endingWithinAnHour} will have ended in an hour if nothing happens`,
    `${others.ended} revoked lately, ${count(others.list, 'list')} of sessions, ` +
      `${others.newer} of a later version, ${count(others.foreign, 'foreign value')}`,
  ]
  const spreads =
    ageMs === null || idleMs === null
      ? ''
      : table([
          ['', 'MEDIAN', '95 %', 'LARGEST'],
          ['bytes', ...Object.values(bytes).slice(1).map(String)],
          ['age', ...Object.values(ageMs).map(duration)],
          ['idle', ...Object.values(idleMs).map(duration)],
        ])
  const who = principals.most.map(({ principal, sessions: its }) => [clean(principal), String(its)])
  const heading = [count(principals.all, 'PRINCIPAL', 'PRINCIPALS'), 'SESSIONS']
  const most = who.length === 0 ? '' : `\n${table([heading, ...who])}`
  const total = `${bytes.all} bytes in all, keys and Redis's own not counted\n`
  return `${rows.join('\n')}\n\n${spreads}${total}${most}`
}
