import { expect, onTestFinished, test } from 'vitest'
import { CLIENTS } from './clients.ts'
import { useGround } from './ground.ts'
import type { Operation, Prepared } from './operations.ts'
import type { Scene } from './scene.ts'
import { sweep } from './sweep.ts'

/* What the sweep says of a promise that settles late, or never, and of one that does too little. */

const onGround = useGround()
const READS = { commands: 1, onlyReads: true } as const

/** A read that behaves like this when it has failed. */
function sweepOf(
  failed: (scene: Scene, prepared: Prepared) => Promise<unknown>,
  storeTimeoutMs = 150,
) {
  const operation: Operation = {
    ...READS,
    given: async (scene) => ({ cookie: await scene.visitor() }),
    act: (scene, prepared) =>
      scene.sessions.open(prepared.cookie).catch(async (error: unknown) => {
        await failed(scene, prepared)
        throw error
      }),
  }
  return sweepWith(operation, storeTimeoutMs)
}

function sweepWith(operation: Operation, storeTimeoutMs = 150) {
  const [, connect] = CLIENTS[0] as (typeof CLIENTS)[number]
  const ground = { ...onGround(), connect, storeTimeoutMs }
  return sweep(ground, 'a read', operation, ['silence'])
}

test('a promise that hangs is noticed', async () => {
  const hangs = sweepOf(() => new Promise(() => undefined))
  await expect(hangs).rejects.toThrow(
    /^a read, command 1 of 1, silence: it has not settled within 250 ms: \d+ by the clock$/,
  )
})

test('so is one that waits for several deadlines', async () => {
  const late = sweepOf(async ({ sessions }, { cookie }) => {
    // A second one would do, if the event loop had all of the time.
    for (let more = 0; more < 4; more++) await sessions.open(cookie).catch(() => undefined)
  })
  await expect(late).rejects.toThrow('it has not settled within 250 ms')
})

test('so it is on a machine that has little time', async () => {
  // Three quarters of the time belong to something else.
  const busy = setInterval(() => standStill(15), 5)
  onTestFinished(() => clearInterval(busy))
  const late = sweepOf(
    ({ sessions }, { cookie }) => sessions.open(cookie).catch(() => undefined),
    400,
  )
  await expect(late).rejects.toThrow('it has not settled within')
})

test('one that settles while the machine stands still is not blamed for that', async () => {
  const [found] = await sweepOf(async () => standStill(300))
  expect(found).toMatchObject({ ended: 'StoreError', left: 'nothing' })
  expect(found?.taken.ms).toBeGreaterThan(450)
  expect(found?.taken.loopMs).toBeLessThan(250)
})

test('an operation that answers without a command is noticed', async () => {
  const idle = sweepWith({ ...READS, act: async () => 'unchanged' })
  await expect(idle).rejects.toThrow('a read sent 0 commands, not 1')
})

test('so is one that should write, and does not', async () => {
  const idle = sweepWith({ commands: 1, act: ({ sessions }) => sessions.open() })
  await expect(idle).rejects.toThrow(/^a read: what lies there was\s+and is\s*$/)
})

test('so is one that should not write, and does', async () => {
  const busy = sweepWith({ ...READS, act: async (scene) => void (await scene.visitor()) })
  await expect(busy).rejects.toThrow(/^a read: what lies there was\s+and is\ssession, data/)
})

function standStill(ms: number): void {
  const until = performance.now() + ms
  while (performance.now() < until);
}
