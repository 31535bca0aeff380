import { once } from 'node:events'
import { Agent, type IncomingMessage, request as ask } from 'node:http'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Random } from '../../src/testing/random.ts'
import { Browser } from '../support/browser-jar.ts'
import type { Shown } from './server.ts'

/** What people were told. The first two must be none. */
export interface Told {
  mixedUp: number
  /** Neither a page, nor that it is gone, nor a 503. */
  wrongAnswers: number
  requests: number
  errors: number
  watches: number
  /** Of them, those that were told of an end. */
  endsTold: number
}

interface Person {
  readonly name: string
  readonly browser: Browser
  busy: boolean
  leave: (() => void) | undefined
}

/** By how likely they are, of so many. */
const DEEDS: readonly (readonly [often: number, deed: string])[] = [
  [10, 'visit'],
  [45, 'read'],
  [20, 'write'],
  [15, 'count'],
  [8, 'watch'],
  [8, 'leave'],
  [6, 'in'],
  [4, 'rotate'],
  [4, 'adjust'],
  [3, 'out'],
  [3, 'devices'],
  [2, 'forget'],
]
const ALL = DEEDS.reduce((sum, [often]) => sum + often, 0)
/** Somebody else has ended the session meanwhile. */
const GONE = 409
/** Several people share an account, and end each other's sessions. */
const PEOPLE_PER_ACCOUNT = 3

/** People who do everything there is to do, on sites of one process. */
export class People {
  readonly told: Told = {
    mixedUp: 0,
    wrongAnswers: 0,
    requests: 0,
    errors: 0,
    watches: 0,
    endsTold: 0,
  }
  readonly #random: Random
  readonly #people: readonly Person[]
  #agent = new Agent({ keepAlive: true })

  constructor(ports: readonly number[], count: number, random: Random) {
    this.#random = random
    this.#people = Array.from({ length: count }, (_, at) => ({
      name: `person-${at}`,
      browser: new Browser(ports[at % ports.length] as number),
      busy: false,
      leave: undefined,
    }))
  }

  /** So many requests. Nothing of them is under way afterwards, and nobody is connected. */
  async use(requests: number, perSecond: number, halfway: () => Promise<unknown>): Promise<void> {
    this.#agent = new Agent({ keepAlive: true })
    const under = new Set<Promise<unknown>>()
    const begin = (doing: Promise<unknown>) => {
      const begun: Promise<unknown> = doing.then(() => under.delete(begun))
      under.add(begun)
    }
    for (let sent = 0; sent < requests; sent++) {
      if (sent === requests >> 1) begin(halfway())
      begin(this.#act(await this.#idle(under)))
      await sleep(1000 / perSecond)
    }
    await Promise.all(under)
    for (const person of this.#people) person.leave?.()
    this.#agent.destroy()
  }

  async #idle(under: ReadonlySet<Promise<unknown>>): Promise<Person> {
    for (;;) {
      const idle = this.#people.filter(({ busy }) => !busy)
      if (idle.length > 0) return this.#random.oneOf(idle)
      await Promise.race(under)
    }
  }

  async #act(person: Person): Promise<void> {
    person.busy = true
    try {
      await this.#do(person, this.#deed())
    } finally {
      person.busy = false
    }
  }

  #deed(): string {
    let left = this.#random.below(ALL)
    for (const [often, deed] of DEEDS) if ((left -= often) < 0) return deed
    return 'read'
  }

  async #do(person: Person, deed: string): Promise<void> {
    const { name, browser } = person
    switch (deed) {
      case 'forget':
        return browser.cookies.clear()
      case 'leave':
        return person.leave?.()
      case 'watch':
        return this.#watch(person)
      case 'read': {
        const shown = (await this.#ask(browser, '/read')) as Shown | undefined
        if (shown?.name !== undefined && shown.name !== name) this.told.mixedUp++
        return
      }
      case 'write':
        return void (await this.#ask(browser, `/write?name=${name}&size=${this.#size()}`))
      case 'in': {
        const account = Number(name.split('-')[1]) % PEOPLE_PER_ACCOUNT
        return void (await this.#ask(browser, `/in?as=account-${account}`))
      }
      default:
        return void (await this.#ask(browser, `/${deed}`))
    }
  }

  #size(): number {
    return this.#random.below(2000)
  }

  /** What a page shows; nothing where there was none. */
  async #ask(browser: Browser, path: string): Promise<unknown> {
    this.told.requests++
    const answer = await browser.get(path, { agent: this.#agent })
    if (answer.status === 200) return answer.json
    if (answer.status === 503) this.told.errors++
    else if (answer.status !== GONE) this.told.wrongAnswers++
    return undefined
  }

  /** Holds a response open until the session is over, or the person leaves. */
  async #watch(person: Person): Promise<void> {
    if (person.leave !== undefined) return
    const { port, cookieHeader } = person.browser
    this.told.requests++
    const request = ask({
      host: '127.0.0.1',
      port,
      path: '/watch',
      agent: false,
      headers: { cookie: cookieHeader },
    })
    request.on('error', () => {})
    request.end()
    const [response] = (await once(request, 'response')) as [IncomingMessage]
    if (response.statusCode !== 200) {
      this.told.errors++
      response.resume()
      return
    }
    this.told.watches++
    person.leave = () => {
      person.leave = undefined
      request.destroy()
    }
    response.on('error', () => {})
    response.on('end', () => {
      this.told.endsTold++
      person.leave = undefined
    })
    response.resume()
  }
}
