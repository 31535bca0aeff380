import type { History, Operation } from './history.ts'
import { type Stuck, stuckIn } from './linearize.ts'

/** What is wrong with a history, ready to be read; `undefined` when it is as promised. */
export function wrongIn(history: History): string | undefined {
  for (const id of new Set(history.map((operation) => operation.id))) {
    const stuck = stuckIn(history.filter((operation) => operation.id === id))
    if (stuck !== undefined) return textOf(id, history, stuck)
  }
  return undefined
}

function textOf(id: string, history: History, { order, state, next }: Stuck): string {
  const begin = Math.min(...history.map(({ invokedAt }) => invokedAt))
  const list = (items: readonly Operation[]) => items.map((item) => `  ${told(item, begin)}`)
  const byBeginning = (items: readonly Operation[]) =>
    list(items.toSorted((one, other) => one.invokedAt - other.invokedAt))
  const operations = history.filter((operation) => operation.id === id)
  const others = history.filter((operation) => operation.id !== id)
  return [
    `session ${id}: no order of its ${operations.length} operations makes sense.`,
    'What happened, by its beginning:',
    ...byBeginning(operations),
    'As far as it makes sense:',
    ...list(order),
    `which leaves ${JSON.stringify(state)}`,
    'and then comes none of:',
    ...list(next),
    'What happened to other sessions of this history:',
    ...byBeginning(others),
  ].join('\n')
}

function told({ id, by, act, invokedAt, answeredAt }: Operation, begin: number): string {
  const end = answeredAt === null ? 'unknown' : String(answeredAt - begin)
  const { kind, ...facts } = act
  return `${invokedAt - begin}–${end} µs, ${by}, ${id.slice(0, 4)}: ${kind} ${JSON.stringify(facts)}`
}
