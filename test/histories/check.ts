import type { History, Operation } from './history.ts'
import { type Stuck, stuckIn } from './linearize.ts'

/** What is wrong with a history, ready to be read; `undefined` when it is as promised. */
export function wrongIn(history: History): string | undefined {
  for (const id of new Set(history.map((operation) => operation.id))) {
    const operations = history.filter((operation) => operation.id === id)
    const stuck = stuckIn(operations)
    if (stuck !== undefined) return textOf(id, operations, stuck)
  }
  return undefined
}

function textOf(
  id: string,
  operations: readonly Operation[],
  { order, state, next }: Stuck,
): string {
  const begin = Math.min(...operations.map(({ invokedAt }) => invokedAt))
  const list = (items: readonly Operation[]) => items.map((item) => `  ${told(item, begin)}`)
  return [
    `session ${id}: no order of its ${operations.length} operations makes sense.`,
    'What happened, by its beginning:',
    ...list(operations.toSorted((one, other) => one.invokedAt - other.invokedAt)),
    'As far as it makes sense:',
    ...list(order),
    `which leaves ${JSON.stringify(state)}`,
    'and then comes none of:',
    ...list(next),
  ].join('\n')
}

function told({ by, act, invokedAt, answeredAt }: Operation, begin: number): string {
  const end = answeredAt === null ? 'unknown' : String(answeredAt - begin)
  const { kind, ...facts } = act
  return `${invokedAt - begin}–${end} µs, ${by}: ${kind} ${JSON.stringify(facts)}`
}
