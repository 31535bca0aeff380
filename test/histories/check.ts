import type { History, Operation } from './history.ts'
import { WRITES_KEPT } from '../../src/record/writes.ts'
import { type Stuck, stuckIn } from './linearize.ts'

/** A history no order explains, ready to be read. */
export interface Wrong {
  readonly text: string
  /**
   * A write may have been sent again after so many others that the record no longer knew it, which
   * PROTOCOL.md says can happen.
   */
  readonly isBeyondWhatIsKept: boolean
}

/** What is wrong with a history; `undefined` when it is as promised. */
export function wrongIn(history: History): Wrong | undefined {
  for (const id of new Set(history.map((operation) => operation.id))) {
    const operations = history.filter((operation) => operation.id === id)
    const stuck = stuckIn(operations)
    if (stuck === undefined) continue
    return { text: textOf(id, operations, stuck), isBeyondWhatIsKept: isBeyond(operations) }
  }
  return undefined
}

/** While one waited for its answer, at least as many others wrote as a record remembers. */
function isBeyond(operations: readonly Operation[]): boolean {
  const writes = operations.filter(({ act }) => ['write', 'update', 'signIn'].includes(act.kind))
  return operations.some((one) => {
    const until = one.answeredAt ?? Infinity
    const between = writes.filter(
      (other) =>
        other.by !== one.by &&
        other.invokedAt < until &&
        (other.answeredAt ?? Infinity) > one.invokedAt,
    )
    return !onlyReads(one) && between.length >= WRITES_KEPT
  })
}

function onlyReads({ act }: Operation): boolean {
  return act.kind === 'open'
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
