import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { SessionOptions } from '../../src/options/options.ts'
import type { Data } from '../conformance/driver.ts'
import { type Answer, COOKIE, type Visitor } from '../conformance/visitor.ts'
import { CHANGES, LOOKS, UNTOUCHED } from './paths.ts'
import {
  CACHING,
  type Caching,
  type Site,
  cacheOf,
  cookiesIn,
  frameworks,
  openSite,
  urlOf,
  wordsOf,
} from './site.ts'

const CACHINGS = Object.keys(CACHING) as Caching[]

/** Both note activity at every request; the second sends the cookie again with it. */
const ACTIVITY: Readonly<Record<string, Partial<SessionOptions<Data>>>> = {
  'touched sessions': { touchInterval: 0 },
  'sessions whose cookie is refreshed': {
    touchInterval: 0,
    cookie: { name: COOKIE, maxAge: 3600 },
  },
}

type Opens = () => Promise<Visitor>

const everything = [...Object.keys(LOOKS), ...Object.keys(CHANGES), UNTOUCHED]

describe.each(frameworks)('behind nginx, $name', (driver) => {
  describe.each(Object.entries(ACTIVITY))('%s', (_, options) => {
    let site: Site
    let page = 0

    beforeAll(async () => {
      site = await openSite(driver, options, CACHING)
    })
    afterAll(() => site.close())

    test.each(everything)(
      'THREATS 12: nobody gets the page of another that %s',
      async (sentence) => {
        for (const caching of CACHINGS) {
          const user = () => site.user(caching, 'ada')
          const other = () => site.user(caching, 'bob')
          const member = () => site.member(caching, 'ada')
          const otherMember = () => site.member(caching, 'bob')
          const visitor = async () => site.visitor(caching)
          await neverShare(sentence, user, other)
          await neverShare(sentence, member, otherMember)
          await neverShare(sentence, user, visitor)
          await neverShare(sentence, visitor, user)
          // Who has no session may get what another got who has none; never a cookie.
          expectNoneTwice(
            (await inTurn(sentence, [await visitor(), await visitor()])).flatMap(cookiesIn),
          )
        }
      },
    )

    async function neverShare(sentence: string, ...open: Opens[]): Promise<void> {
      for (const order of [inTurn, atOnce]) {
        const browsers = await Promise.all(open.map((one) => one()))
        const answers = await order(sentence, browsers)
        expectNoneTwice(answers.flatMap(cookiesIn))
        if (sentence !== UNTOUCHED) expectNoneTwice(answers.map(({ text }) => text))
      }
    }

    async function inTurn(sentence: string, browsers: readonly Visitor[]): Promise<Answer[]> {
      const url = urlOf(sentence, `${++page}`)
      const answers: Answer[] = []
      for (const browser of browsers) answers.push(await ask(sentence, browser, url))
      return answers
    }

    function atOnce(sentence: string, browsers: readonly Visitor[]): Promise<Answer[]> {
      const url = urlOf(sentence, `${++page}`)
      return Promise.all(browsers.map((browser) => ask(sentence, browser, url)))
    }
  })

  test('THREATS 12: nginx does cache here: a page for everybody comes from its cache', async () => {
    const site = await openSite(driver, {}, CACHING)
    const url = urlOf(UNTOUCHED, '')
    const first = await site.visitor('naive').get(url)
    expect([first.status, cacheOf(first)]).toEqual([200, 'MISS'])
    const others = [site.visitor('naive')]
    if (!driver.alwaysVaries) others.push(await site.user('naive', 'ada'))
    for (const other of others) {
      const answer = await other.get(url)
      expect([answer.text, cacheOf(answer)]).toEqual([first.text, 'HIT'])
    }
    await site.close()
  })
})

async function ask(sentence: string, browser: Visitor, url: string): Promise<Answer> {
  const sent = browser.hasCookies
  const answer = await browser.get(url)
  expect(answer.status).toBe(200)
  const says = wordsOf(answer, 'cache-control')
  const varies = wordsOf(answer, 'vary').includes('cookie')
  if (sentence !== UNTOUCHED) expect(varies).toBe(true)
  if (answer.headers['set-cookie'] !== undefined)
    expect([says, varies]).toEqual([['no-store'], true])
  else if (sentence !== UNTOUCHED && sent) expect(says).toEqual(['private'])
  return answer
}

function expectNoneTwice(values: readonly string[]): void {
  expect(new Set(values).size).toBe(values.length)
}
