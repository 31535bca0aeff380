import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { recordOf } from '../contract/records.ts'
import { type Shown, begin, signIn } from './asking.ts'

/** The tags of a page without what stands in their attributes. */
function skeleton({ html }: Shown): string[] {
  return (
    html
      .replaceAll(/<style>[^]*<\/style>/g, '')
      .replaceAll(/"[^"]*"/g, '""')
      .match(/<[^>]*>/g) ?? []
  )
}

async function pagesOf(said: Record<'who' | 'address' | 'agent' | 'amr' | 'why' | 'by', string>) {
  const { sessions, get } = begin({ authorize: () => ({ by: said.by }) })
  const { who, address, agent: userAgent } = said
  const about = { client: { address, userAgent }, amr: [said.amr] }
  const { id } = await signIn(sessions, who, about)
  const gone = await signIn(sessions, who, about)
  await signIn(sessions, who, about)
  await sessions.revoke(gone.id, { reason: said.why })
  const { why: reason } = said
  return [
    await get(),
    await get({ session: id }),
    await get({ session: gone.id }),
    await get({ principal: who }),
    await get({ session: id, reason }),
    await get({ principal: who, reason }),
  ]
}

describe('what others have chosen', () => {
  const ODD = [
    '<script>alert(1)</script>',
    '"><img src=x onerror=alert(1)>',
    "' onfocus=alert(1) x='",
  ]
  const odder = [
    '</title><script>',
    '\u202egnp.exe',
    '\u2066\u061c',
    '\u0000\u001b[2J',
    '&lt;&#60;',
    '${x}',
  ]
  const text = fc.oneof(
    fc.constantFrom(...ODD, ...odder, 'x'.repeat(256), 'שלום', '👩🏽‍🚀'),
    fc.string({ unit: 'grapheme', minLength: 1, maxLength: 100 }),
    fc.string({ unit: 'binary', minLength: 1, maxLength: 100 }).map((each) => each.toWellFormed()),
  )

  const plain = { who: 'a', address: 'b', agent: 'c', amr: 'd', why: 'e', by: 'f' }

  test('is text on every page, and no markup', async () => {
    const expected = (await pagesOf(plain)).map(skeleton)
    const said = fc.record({
      who: text,
      address: text,
      agent: text,
      amr: text.map((each) => each.slice(0, 32).toWellFormed()),
      why: text,
      by: text,
    })
    await fc.assert(
      fc.asyncProperty(said, async (hostile) => {
        fc.pre(hostile.why.trim() !== '' && hostile.why.length <= 200)
        const pages = await pagesOf(hostile)
        expect(pages.map(skeleton)).toEqual(expected)
        for (const { status, html } of pages) {
          expect(status).toBe(200)
          const outside = html.replaceAll(/"[^"]*"/g, '""')
          expect(outside.match(/[^\P{Cc}\n]|\p{Cf}|\p{Zl}|\p{Zp}/u)).toBeNull()
        }
      }),
      { numRuns: 60 },
    )
  })

  test('is shown so that one can see what it is', async () => {
    const [all, one] = await pagesOf({
      ...plain,
      who: '<b>\u202e"&',
      agent: 'long '.repeat(51),
    })
    expect(all?.html).toContain('<bdi>&lt;b&gt;\\u{202e}&quot;&amp;</bdi>')
    expect(all?.html).toContain('href="?principal=%3Cb%3E%E2%80%AE%22%26"')
    expect(one?.html).toContain('<title>Session of &lt;b&gt;\\u{202e}&quot;&amp;</title>')
  })

  test('a record of impossible times is shown as it is, and spoils no page', async () => {
    const { store, sessions, get } = begin()
    await signIn(sessions, 'ada')
    const never = 8.7e15
    const times = { createdAt: never, promotedAt: never, touchedAt: never, deadline: null }
    const record = recordOf(store, times)
    await store.create(`session:${record.id}`, record)
    const [all, one] = [await get(), await get({ session: record.id })]
    expect([all.status, one.status]).toEqual([200, 200])
    expect(all.words).toMatch(/^2 sessions /)
    expect(one.words).toContain('Made unknown, unknown')
  })

  test('in the query is text, too', async () => {
    const { get } = begin()
    const markup = '"><script>alert(1)</script>'
    for (const query of [
      { principal: markup },
      { session: markup },
      { over: markup, refresh: markup },
    ]) {
      expect((await get(query)).html).not.toContain('<script')
    }
  })

  test('a prefix is text', async () => {
    const { get } = begin({}, { prefix: '<script>"&:' })
    const { html } = await get()
    expect(html).toContain('<code>&lt;script&gt;&quot;&amp;:</code>')
    expect(html).not.toContain('<script')
  })
})
