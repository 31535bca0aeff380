import { expect } from 'vitest'
import { collect } from '../../support/events.ts'
import { BEGUN, type Cases, type Stage } from '../stage.ts'
import { COOKIE, type Visitor } from '../visitor.ts'

interface Seen {
  readonly status: number
  readonly ours: readonly string[]
  readonly data: unknown
  readonly accesses: number
}

/** What a request with these Cookie header fields sees, and how often it asks the store. */
async function seenWith(stage: Stage, visitor: Visitor, ...cookies: string[]): Promise<Seen> {
  const before = stage.store.totalCalls
  const { status, ours, text } = await visitor.get('/look', { cookies })
  const { data } = JSON.parse(text) as { data: unknown }
  return { status, ours, data, accesses: stage.store.totalCalls - before }
}

const NOBODY: Seen = { status: 200, ours: [], data: {}, accesses: 0 }
const ADA: Seen = { status: 200, ours: [], data: BEGUN, accesses: 1 }

/** Values that are not a session's, made from one that is. */
function hostile(value: string): string[] {
  const [id = '', family = '', edition = '', signature = ''] = value.split('.')
  return [
    '',
    '.',
    '...',
    'undefined',
    '__proto__',
    `"${value}"`,
    `${value}.`,
    `${value}=`,
    `${value}%00`,
    ` ${value} x`,
    `${value}\xff`,
    '\xe9\xff\x80',
    encodeURIComponent(`${value}\r\nSet-Cookie: planted=1`),
    `s:${value}`,
    value.toUpperCase(),
    value.slice(0, -1),
    [id, family, edition, 'A'.repeat(signature.length)].join('.'),
    [id, family, Number(edition) + 1, signature].join('.'),
    [`${id}x`, family, edition, signature].join('.'),
    ['../'.repeat(20), family, edition, signature].join('.'),
    'x'.repeat(8000),
    '.'.repeat(8000),
  ]
}

/** What a Cookie header may hold. */
export const cookies: Cases = {
  'our cookie among others is found, in one header field or in several': async (stage) => {
    const visitor = await stage.begun()
    const ours = String(visitor.cookie)
    const many = `a=1; ${ours}; b="two"; x${ours}`
    expect(await seenWith(stage, visitor, many)).toEqual(ADA)
    expect(await seenWith(stage, visitor, 'a=1; c', ours, 'b=2')).toEqual(ADA)
    expect(await seenWith(stage, visitor, 'a=1', `b=2; ${ours}`)).toEqual(ADA)
  },

  'two cookies of our name are no session, in one header field or in two': async (stage) => {
    const visitor = await stage.begun()
    const ours = String(visitor.cookie)
    const events = collect()
    expect(await seenWith(stage, visitor, `${ours}; ${ours}`)).toEqual(NOBODY)
    expect(await seenWith(stage, visitor, ours, ours)).toEqual(NOBODY)
    expect(await seenWith(stage, visitor, `${COOKIE}=planted`, `a=1; ${ours}`)).toEqual(NOBODY)
    expect(events.of('rejected').map(({ reason }) => reason)).toEqual(
      Array.from({ length: 3 }, () => 'duplicate'),
    )
  },

  'hostile cookie values are visitors and cost no store access': async (stage) => {
    const visitor = await stage.begun()
    const value = String(visitor.cookie).slice(`${COOKIE}=`.length)
    for (const bad of hostile(value)) {
      expect([bad, await seenWith(stage, visitor, `${COOKIE}=${bad}`)]).toEqual([bad, NOBODY])
    }
    expect(await seenWith(stage, visitor, `${COOKIE}=${value}`)).toEqual(ADA)
  },
}
