import { describe, expect, test } from 'vitest'
import { CLIENTS } from './clients.ts'
import { useGround } from './ground.ts'
import { QUICK } from './kinds.ts'
import { OPERATIONS } from './operations.ts'
import { sweep } from './sweep.ts'

/* The short form of `npm run faults`, whose figures are in docs/reliability/faults.md. */

const LATEST = CLIENTS.filter(([name]) => !name.endsWith(' 5'))

describe.each(LATEST)('over %s, whatever becomes of any command', (_, connect) => {
  const onGround = useGround()

  test.concurrent.each(Object.entries(OPERATIONS))(
    '%s is done once, or not, and settles in time',
    async (name, operation) => {
      const ground = { ...onGround(), connect, storeTimeoutMs: 150 }
      const cases = await sweep(ground, name, operation, QUICK)
      expect(cases.length % QUICK.length).toBe(0)
    },
    120_000,
  )
})
