import { expect } from 'vitest'
import type { Operation } from '../../support/latch-store.ts'
import type { Reply, Turn } from '../driver.ts'
import type { Cases, Stage } from '../stage.ts'
import type { Answer, Visitor } from '../visitor.ts'

const CHUNK = 64 * 1024
const MEGABYTE = Buffer.from(Uint8Array.from({ length: 16 * CHUNK }, (_, n) => (n * 31) % 251))

async function* megabyte(): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < MEGABYTE.length; at += CHUNK) yield MEGABYTE.subarray(at, at + CHUNK)
}

/** Pieces that a response which waits takes all at once. */
async function* pieces(): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < 40; at++) yield Buffer.from(`piece ${at} `)
}

/** A page that changes the session and answers so. */
function changing(reply: () => Reply) {
  return async ({ session }: Turn) => {
    session['n'] = 1
    return reply()
  }
}

/**
 * The answer of `/page`, whose bytes may not come before the store has answered. Other requests
 * are served in between: a response that does not wait has had the time to come.
 */
async function heldAnswer(stage: Stage, visitor: Visitor, operation: Operation): Promise<Answer> {
  const latch = stage.store.holdAfter(operation)
  const { arrived, answer } = visitor.begin('/page')
  await latch.reached
  for (let others = 0; others < 3; others++) await stage.visitor().get('/plain')
  expect(arrived()).toBe(false)
  latch.release()
  return answer
}

/** What leaves, and when. */
export const firstByte: Cases = {
  'no byte of a redirect leaves before its session is created': async (stage) => {
    stage.show({ '/page': changing(() => ({ redirect: '/next' })) })
    const answer = await heldAnswer(stage, stage.visitor(), 'create')
    expect([answer.status, answer.headers.location]).toEqual([302, '/next'])
    expect(answer.ours).toHaveLength(1)
    expect(await stage.stored()).toMatchObject([{ data: { n: 1 } }])
  },

  'no byte of a redirect leaves before its session is saved': async (stage) => {
    stage.show({ '/page': changing(() => ({ redirect: '/next' })) })
    const answer = await heldAnswer(stage, await stage.begun(), 'replace')
    expect([answer.status, answer.headers.location, answer.ours]).toEqual([302, '/next', []])
  },

  'no byte of a page leaves before its session is saved': async (stage) => {
    stage.show({ '/page': changing(() => ({ body: 'page' })) })
    const answer = await heldAnswer(stage, await stage.begun(), 'replace')
    expect([answer.status, answer.text, answer.ours]).toEqual([200, 'page', []])
  },

  'no byte of a stream leaves before its session is created': async (stage) => {
    stage.show({ '/page': changing(() => ({ body: megabyte() })) })
    const answer = await heldAnswer(stage, stage.visitor(), 'create')
    expect([answer.status, answer.ours.length]).toEqual([200, 1])
    expect(answer.body.equals(MEGABYTE)).toBe(true)
  },

  'the pieces of a stream that waited come whole and in order': async (stage) => {
    stage.show({ '/page': changing(() => ({ body: pieces() })) })
    const answer = await heldAnswer(stage, await stage.begun(), 'replace')
    const expected = Array.from({ length: 40 }, (_, at) => `piece ${at} `)
    expect([answer.status, answer.text]).toEqual([200, expected.join('')])
  },

  'no byte of a sign-out leaves before the session is removed': async (stage) => {
    stage.show({
      '/page': async ({ session }) => {
        session.invalidate()
        return { redirect: '/' }
      },
    })
    const answer = await heldAnswer(stage, await stage.begun(), 'remove')
    expect([answer.status, answer.headers.location, answer.ours.length]).toEqual([302, '/', 1])
  },

  'a stream of 1 MB arrives whole, with the cookie': async (stage) => {
    stage.show({
      '/stream': changing(() => ({
        headers: { 'content-type': 'application/octet-stream' },
        body: megabyte(),
      })),
    })
    const visitor = stage.visitor()
    const answer = await visitor.get('/stream')
    expect([answer.status, answer.ours.length]).toEqual([200, 1])
    expect(answer.headers['content-type']).toBe('application/octet-stream')
    expect(answer.body.equals(MEGABYTE)).toBe(true)
    expect(await stage.stored()).toMatchObject([{ data: { n: 1 } }])
    const again = await visitor.get('/stream')
    expect([again.ours, again.body.equals(MEGABYTE)]).toEqual([[], true])
  },

  'HEAD has the cookie and no body': async (stage) => {
    stage.show({ '/page': changing(() => ({ body: 'page' })) })
    const answer = await stage.visitor().get('/page', { method: 'HEAD' })
    expect([answer.status, answer.text, answer.ours.length]).toEqual([200, '', 1])
    expect(await stage.stored()).toMatchObject([{ data: { n: 1 } }])
  },

  'HEAD of a stream that waited ends': async (stage) => {
    stage.show({ '/page': changing(() => ({ body: megabyte() })) })
    const latch = stage.store.holdAfter('create')
    const { arrived, answer } = stage.visitor().begin('/page', { method: 'HEAD' })
    await latch.reached
    expect(arrived()).toBe(false)
    latch.release()
    const { status, text, ours } = await answer
    expect([status, text, ours.length]).toEqual([200, '', 1])
  },

  '304 has the cookie and no body': async (stage) => {
    stage.show({ '/page': changing(() => ({ status: 304, headers: { etag: '"1"' } })) })
    const answer = await stage.visitor().get('/page')
    expect([answer.status, answer.text, answer.ours.length]).toEqual([304, '', 1])
    expect(answer.headers.etag).toBe('"1"')
    expect(await stage.stored()).toMatchObject([{ data: { n: 1 } }])
  },
}
