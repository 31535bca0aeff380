import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { GoneError, StoreError } from '../../src/errors.ts'
import { decodeData } from '../../src/record/codec.ts'
import { createSessions } from '../../src/sessions.ts'
import { memoryStore } from '../../src/store/memory.ts'
import { type Store, isRecord } from '../../src/store/store.ts'
import { type Data, SECRET } from '../support/app.ts'
import { Actor, atRest, besideForeign } from '../support/stepped.ts'
import { cookieOf } from '../support/timed.ts'

/* What several requests of one session write on each of two nodes, whatever the order in which the
 * store answers, and whatever it carries out without an answer. */

type Kind = 'add' | 'set' | 'push' | 'rotate'

/** How one request ended. */
type End = 'done' | 'gone' | 'unknown'

interface Written {
  readonly kind: Kind
  readonly name: string
  end?: End
}

/** Who goes on next, with which of the answers it waits for, and what becomes of that. */
interface Choice {
  readonly node: number
  readonly at: number
  readonly fate: 'answered' | 'sent again' | 'not carried out' | 'answer lost'
}

const kinds = fc.array(
  fc.oneof(
    { weight: 6, arbitrary: fc.constantFrom<Kind>('add', 'set', 'push') },
    { weight: 1, arbitrary: fc.constant<Kind>('rotate') },
  ),
  { minLength: 1, maxLength: 6, size: 'max' },
)
const choices = fc.array(
  fc.record({
    node: fc.nat(),
    at: fc.nat(),
    fate: fc.oneof(
      { weight: 8, arbitrary: fc.constant<Choice['fate']>('answered') },
      {
        weight: 1,
        arbitrary: fc.constantFrom<Choice['fate']>('sent again', 'not carried out', 'answer lost'),
      },
    ),
  }),
  { maxLength: 80, size: 'max' },
)

function unknownIfLost(error: unknown): 'unknown' {
  if (error instanceof StoreError) return 'unknown'
  throw error
}

async function write(store: Store, cookie: string, all: readonly Written[]): Promise<void> {
  const sessions = createSessions<Data>({ secret: SECRET, store, storeTimeoutMs: 60_000 })
  async function request(written: Written): Promise<End> {
    const { kind, name } = written
    const session = await sessions.open(cookie)
    if (kind === 'add') {
      await session.update((draft) => void (draft['n'] = Number(draft['n']) + 1))
      return 'done'
    }
    if (kind === 'set') session[name] = true
    if (kind === 'push') session.pushFlash(name)
    if (kind === 'rotate') {
      session.rotate()
      return (await sessions.commit(session)).outcome === 'saved' ? 'done' : 'gone'
    }
    // What was lost is written again by the commit, if that is needed (docs/decisions/020).
    const saved = await session.save().catch(unknownIfLost)
    const { outcome } = await sessions.commit(session)
    if (saved === 'saved' || outcome !== 'gone') return 'done'
    return saved === 'unknown' ? saved : 'gone'
  }
  await Promise.all(
    all.map(async (written) => {
      written.end = await request(written).catch((error: unknown) => {
        return error instanceof GoneError ? 'gone' : unknownIfLost(error)
      })
    }),
  )
}

async function step(actor: Actor, { at, fate }: Choice): Promise<void> {
  const chosen = at % actor.waiting.length
  // What was asked for at open is answered, so that all of them have something to write.
  const reads = actor.waiting[chosen]?.name === 'read'
  if (fate === 'answered' || reads) return actor.step(chosen)
  if (fate === 'sent again') return actor.stepInVain(chosen)
  const [lost] = actor.waiting.splice(chosen, 1)
  if (fate === 'answer lost') await lost?.carryOut()
  lost?.fail(new Error('lost'))
}

/** Until all have ended. Somebody always waits for an answer, or for nobody. */
async function play(actors: readonly Actor[], plan: readonly Choice[]): Promise<void> {
  const none: Choice = { node: 0, at: 0, fate: 'answered' }
  for (let move = 0; move < 1000; move++) {
    await atRest()
    const able = actors.filter(({ waiting }) => waiting.length > 0)
    if (able.length === 0) break
    const choice = plan[move] ?? none
    await step(able[choice.node % able.length] as Actor, choice)
  }
  expect(actors.map(({ over }) => over)).toEqual(actors.map(() => true))
}

test('every change that was answered is there once, and no other twice', async () => {
  await fc.assert(
    fc.asyncProperty(kinds, kinds, choices, async (here, there, plan) => {
      const store = besideForeign(memoryStore(), new Map())
      const sessions = createSessions<Data>({ secret: SECRET, store })
      const first = await sessions.open()
      first['n'] = 0
      const cookie = cookieOf((await sessions.commit(first)).setCookie)
      const nodes = [here, there].map((node, at) =>
        node.map((kind, number): Written => ({ kind, name: `name-${at}-${number}-` })),
      )
      const actors = nodes.map((all) => new Actor(store, (stepped) => write(stepped, cookie, all)))
      await play(actors, plan)
      const all = nodes.flat()
      const record = await store.read(`session:${first.id}`)
      if (!isRecord(record)) throw new Error('it is gone')
      const data = decodeData(record.data)
      const ended = (kind: Kind, end: End) =>
        all.filter((written) => written.kind === kind && written.end === end)
      const added = ended('add', 'done').length
      expect(data['n']).toBeGreaterThanOrEqual(added)
      expect(data['n']).toBeLessThanOrEqual(added + ended('add', 'unknown').length)
      for (const { name } of ended('set', 'done')) expect(data).toHaveProperty(name)
      for (const { name } of ended('set', 'gone')) expect(data).not.toHaveProperty(name)
      const times = (name: string) => String(record.flash ?? '').split(name).length - 1
      for (const { name } of ended('push', 'done')) expect(times(name)).toBe(1)
      for (const { name } of ended('push', 'gone')) expect(times(name)).toBe(0)
      for (const { name } of ended('push', 'unknown')) expect(times(name)).toBeLessThanOrEqual(1)
      if (all.every(({ kind }) => kind !== 'rotate')) {
        expect(all.filter(({ end }) => end === 'gone')).toEqual([])
      }
      expect(ended('rotate', 'done').length).toBeLessThanOrEqual(1)
    }),
    { numRuns: 200 },
  )
})
