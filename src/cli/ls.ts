import { type SessionRecord, expiryOf } from '../record/record.ts'
import { formatPrincipal } from '../record/identity.ts'
import { type Arguments, limitOf, usage } from './arguments.ts'
import { progressBar } from './progress.ts'
import { readKey, scan } from './scan.ts'
import type { Result, Task } from './task.ts'
import { clean, count, duration, instant, iso } from '../words.ts'
import { table } from './table.ts'

interface Row {
  readonly record: SessionRecord
  readonly bytes: number
}

/** What to sort by, and what comes first. */
const SORTS = {
  created: ({ record }: Row) => -record.createdAt,
  active: ({ record }: Row) => -record.touchedAt,
  expires: ({ record }: Row) => expiryOf(record),
  size: ({ bytes }: Row) => -bytes,
}

const LIMIT = 100

/** Sessions, one a line: no secrets and no data. */
export function ls(args: Arguments): (task: Task) => Promise<Result> {
  const limit = limitOf(args, LIMIT)
  const order = orderOf(args.options.sort)
  const { principal } = args.options
  return (task) => list(task, principal, limit, order)
}

async function list(
  task: Task,
  principal: string | undefined,
  limit: number,
  order: ((row: Row) => number) | undefined,
): Promise<Result> {
  const rows =
    principal === undefined ? await scanned(task, limit, order) : await listed(task, principal)
  if (order !== undefined) rows.sort((one, other) => order(one) - order(other))
  const shown = rows.slice(0, limit)
  const more = rows.length > limit
  return { text: text(shown, more, task.now), json: { sessions: shown.map(json), more }, code: 0 }
}

function orderOf(sort: string | undefined): ((row: Row) => number) | undefined {
  if (sort === undefined) return undefined
  if (Object.hasOwn(SORTS, sort)) return SORTS[sort as keyof typeof SORTS]
  throw usage(`--sort takes ${Object.keys(SORTS).join(', ')}`)
}

/** Without an order it ends as soon as there is one row more than wanted. */
async function scanned(
  { redis, prefix }: Task,
  limit: number,
  order: ((row: Row) => number) | undefined,
): Promise<Row[]> {
  const rows = new Map<string, Row>()
  const progress = progressBar()
  try {
    for await (const found of scan(redis, prefix, progress.looked)) {
      if (found.kind === 'session') rows.set(found.record.id, found)
      if (rows.size <= limit) continue
      if (order === undefined) break
      if (rows.size > 2 * limit + 1000) keepFirst(rows, limit + 1, order)
    }
  } finally {
    progress.done()
  }
  return [...rows.values()]
}

function keepFirst(rows: Map<string, Row>, most: number, order: (row: Row) => number): void {
  const sorted = [...rows.values()].toSorted((one, other) => order(one) - order(other))
  for (const { record } of sorted.slice(most)) rows.delete(record.id)
}

/** From the list of the principal; what has ended stays on it, because this only looks. */
async function listed({ redis, prefix, now }: Task, principal: string): Promise<Row[]> {
  const key = `${prefix}of:${formatPrincipal(principal)}`
  const members = (await redis.send(['zrangebyscore', key, `(${now}`, '+inf'])) as Buffer[]
  const ids = new Set(members.map((member) => String(member).split('.')[0] as string))
  const found = await Promise.all([...ids].map((id) => readKey(redis, id, prefix)))
  return found.flatMap((each) =>
    each?.kind === 'session' && each.record.principal === principal ? [each] : [],
  )
}

function text(rows: readonly Row[], more: boolean, now: number): string {
  if (rows.length === 0) return 'no sessions\n'
  const heading = ['ID', 'PRINCIPAL', 'CREATED', 'ACTIVE', 'ENDS IN', 'BYTES']
  const lines = rows.map(({ record, bytes }) => [
    record.id,
    clean(record.principal ?? '-'),
    instant(record.createdAt),
    `${duration(now - record.touchedAt)} ago`,
    duration(expiryOf(record) - now),
    String(bytes),
  ])
  const rest = more ? `and more; these are ${count(rows.length, 'session')} (--limit)\n` : ''
  return table([heading, ...lines]) + rest
}

function json({ record, bytes }: Row): object {
  return {
    id: record.id,
    principal: record.principal,
    createdAt: iso(record.createdAt),
    lastActiveAt: iso(record.touchedAt),
    expiresAt: iso(expiryOf(record)),
    bytes,
  }
}
