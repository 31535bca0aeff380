import { type SessionRecord, revisionOf } from '../../src/record/record.ts'
import type { ReplaceAnswer, Store } from '../../src/store/store.ts'
import type { Asked } from './asked.ts'
import { ownerOf } from './names.ts'
import type { World } from './world.ts'

/** What became of one operation. */
interface Seen {
  readonly name: (typeof OPERATIONS)[number]
  readonly args: readonly unknown[]
  readonly answer: unknown
  readonly before: SessionRecord | undefined
  readonly after: SessionRecord | undefined
  readonly changed: boolean
}

const OPERATIONS = ['read', 'create', 'replace', 'touch', 'remove', 'end'] as const

/** The store as one request reaches it, with every operation looked at. */
export function observe(world: World, asked: Asked): Store {
  const { store, names } = world
  const owner = ownerOf(asked.at)
  const textOf = (record: SessionRecord | undefined) =>
    record === undefined ? '' : names.record(record, owner)
  const observed: Record<string, unknown> = { now: () => store.now() }
  for (const name of ['enlist', 'listed', 'delist'] as const) {
    const operation = store[name] as (...args: unknown[]) => Promise<unknown>
    observed[name] = async (...args: unknown[]) => {
      const answer = await Reflect.apply(operation, store, args)
      remember(world, asked, name, answer)
      return answer
    }
  }
  for (const name of OPERATIONS) {
    const operation = store[name] as (...args: unknown[]) => Promise<unknown>
    observed[name] = async (...args: unknown[]) => {
      const key = String(args[0])
      const before = await world.record(key)
      const answer = await Reflect.apply(operation, store, args)
      const after = await world.record(key)
      const changed = before !== after && textOf(before) !== textOf(after)
      await note(world, asked, { name, args, answer, before, after, changed })
      return answer
    }
  }
  return observed as unknown as Store
}

async function note(world: World, asked: Asked, seen: Seen): Promise<void> {
  const { before, after, name, args, answer, changed } = seen
  checkWriter(world, asked, seen)
  checkRepeated(world, asked, seen)
  if (name === 'create' && changed) world.created.add(String(args[0]))
  if (changed && after !== undefined && before?.familyHash !== after.familyHash) {
    asked.families.add(after.familyHash)
    if (before !== undefined) await rotated(world, asked, after)
  }
  if ((name === 'remove' && answer !== 'gone') || name === 'end') {
    world.ended.add(String(args[0]).slice(world.stage.prefix.length))
    asked.ended = true
  }
  if (typeof answer === 'object' && answer !== null && 'record' in answer) {
    asked.conflict = (answer.record as SessionRecord).familyHash
  }
  remember(world, asked, name, answer)
}

/** What it was told, unless the reply was lost. */
function remember(world: World, asked: Asked, name: string, answer: unknown): void {
  if (asked.repeating?.executed === false) {
    asked.repeating = { executed: true, done: isDone(answer) }
    return
  }
  asked.repeating = undefined
  const text = world.names.answer(answer, ownerOf(asked.at))
  asked.history.push(`${name} ${world.seconds} ${text}`)
}

/** Whoever holds only a killed family writes nothing; nobody ends the session of somebody else. */
function checkWriter(world: World, asked: Asked, { name, before, changed }: Seen): void {
  if (!changed || before === undefined || name === 'end') return
  if (name !== 'remove' && !asked.families.has(before.familyHash)) {
    world.wentWrong(`P3 a killed request wrote: ${name}`)
  }
  const { principal } = before
  if (name === 'remove' && principal !== null && principal !== asked.ending?.principal) {
    world.wentWrong('P3 a request ended the session of another principal')
  }
}

/** What was executed before, and its reply was lost, changes nothing and is answered the same. */
function checkRepeated(world: World, asked: Asked, { name, args, answer, after, changed }: Seen) {
  if (asked.repeating?.done && changed) {
    world.wentWrong(`P6 a ${name} that was executed before changed something`)
  }
  const record = args.at(-1) as SessionRecord
  if (name === 'create' && answer === 'taken' && after?.writes.includes(revisionOf(record))) {
    world.wentWrong('P6 a create that was executed before is answered taken')
  }
  if (name === 'replace' && after?.familyHash === record.familyHash) {
    const { status } = answer as ReplaceAnswer
    const rotates = (args[1] as { familyHash: string }).familyHash !== record.familyHash
    if (rotates && status !== 'replaced') {
      world.wentWrong(`P6 a rotation that was executed before is answered ${status}`)
    }
  }
}

/** Rule 3: with the write, everything handed out before is dead. */
async function rotated(world: World, asked: Asked, after: SessionRecord): Promise<void> {
  asked.rotated = true
  for (const cookie of world.issued) {
    if (!cookie.includes(`=${after.id}.`) || world.isOf(cookie, after)) continue
    if (!(await world.opens(cookie))) continue
    world.wentWrong('P3 a cookie issued before the rotation still opens the session')
  }
}

function isDone(answer: unknown): boolean {
  if (answer === 'created' || answer === 'removed') return true
  const { status } = (answer ?? {}) as { status?: string }
  return status === 'replaced' || status === 'touched'
}
