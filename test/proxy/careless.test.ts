import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { COOKIE } from '../conformance/visitor.ts'
import { LOOKS, UNTOUCHED } from './paths.ts'
import { CACHING, type Site, cacheOf, frameworks, openSite, urlOf } from './site.ts'

const PROXIES = {
  naive: CACHING.naive,
  /** As caches do that know no Vary, Cloudflare's for one. */
  withoutVary: [...CACHING.naive, 'proxy_ignore_headers Vary'],
  /** What is often copied to make a site faster. */
  copied: [...CACHING.naive, 'proxy_ignore_headers Cache-Control Expires Set-Cookie'],
  ignoringAll: [...CACHING.naive, 'proxy_ignore_headers Cache-Control Expires Set-Cookie Vary'],
}

const READS = 'reads a key'

describe.each(frameworks)('a careless cache before $name', (driver) => {
  let site: Site<keyof typeof PROXIES>
  let refreshing: Site<keyof typeof PROXIES>

  beforeAll(async () => {
    site = await openSite(driver, {}, PROXIES)
    const cookie = { name: COOKIE, maxAge: 3600 }
    refreshing = await openSite(driver, { touchInterval: 0, cookie }, PROXIES)
  })
  afterAll(async () => {
    await site.close()
    await refreshing.close()
  })

  test.each(Object.keys(LOOKS))(
    'THREATS T10: one that knows no Vary keeps no page of a user that %s',
    async (sentence) => {
      const ada = await site.user('withoutVary', 'ada')
      const bob = await site.user('withoutVary', 'bob')
      const url = urlOf(sentence, 'without')
      const pages = new Set<string>()
      for (const browser of [ada, bob, site.visitor('withoutVary')]) {
        pages.add((await browser.get(url)).text)
      }
      expect(pages.size).toBe(3)
    },
  )

  test('THREATS T10: it has nothing for the old cookie after sign-out (ASVS 7.4.1)', async () => {
    for (const kind of ['user', 'member'] as const) {
      const ada = await site[kind]('naive', 'ada')
      const url = urlOf(READS, kind)
      const copy = ada.copy()
      expect((await ada.get(url)).text).toContain('ada')
      await ada.post('/out')
      const later = await copy.get(url)
      expect([later.status, later.text]).toEqual([200, expect.not.stringContaining('ada')])
    }
  })

  test('THREATS 12: users share neither pages nor cookies where only Vary is honoured', async () => {
    for (const sentence of [READS, UNTOUCHED]) {
      const ada = await refreshing.user('copied', 'ada')
      const bob = await refreshing.user('copied', 'bob')
      const url = urlOf(sentence, 'copied')
      const [hers, his] = [await ada.get(url), await bob.get(url)]
      expect([hers.ours.length, his.ours.length]).toEqual([1, 1])
      expect(his.ours).not.toEqual(hers.ours)
      expect(his.text).not.toBe(hers.text)
    }
  })

  test('not defended: where Set-Cookie and Cache-Control are ignored, visitors share a cookie', async () => {
    const url = urlOf('writes a key', 'copied')
    const first = await site.visitor('copied').get(url)
    const second = await site.visitor('copied').get(url)
    expect(first.ours).toHaveLength(1)
    expect([second.ours, cacheOf(second)]).toEqual([first.ours, 'HIT'])
  })

  test('not defended: where every header is ignored, users share their pages', async () => {
    const url = urlOf(READS, 'ignoring')
    const hers = await (await site.user('ignoringAll', 'ada')).get(url)
    const his = await (await site.user('ignoringAll', 'bob')).get(url)
    expect(hers.text).toContain('ada')
    expect([his.text, cacheOf(his)]).toEqual([hers.text, 'HIT'])
  })
})
