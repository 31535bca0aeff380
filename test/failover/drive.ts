import { setTimeout as sleep } from 'node:timers/promises'
import type { Random } from '../../src/testing/random.ts'
import { type Note, proofOf } from './server.ts'

/** What was seen. The first five must be none. */
export interface Seen {
  mixedUp: number
  corrupted: number
  /** Answers that are neither a page nor a 503, and requests without an answer. */
  wrongAnswers: number
  rejections: number
  /** Errors when it was over. */
  lateErrors: number
  requests: number
  errors: number
  writes: number
  writesLost: number
  sessionsLost: number
  signOuts: number
  /** Sign-outs that were answered, and whose cookie opened a session afterwards. */
  signOutsUndone: number
  /** How long after each failure of a primary the last error came, in milliseconds. */
  readonly outagesMs: number[]
}

export function nothingSeen(): Seen {
  return {
    mixedUp: 0,
    corrupted: 0,
    wrongAnswers: 0,
    rejections: 0,
    lateErrors: 0,
    requests: 0,
    errors: 0,
    writes: 0,
    writesLost: 0,
    sessionsLost: 0,
    signOuts: 0,
    signOutsUndone: 0,
    outagesMs: [],
  }
}

interface Answer {
  readonly status: number
  readonly body: unknown
  readonly cookie: string | undefined
}

const NO_ANSWER: Answer = { status: 0, body: undefined, cookie: undefined }
/** Whoever waits longer has no answer. The servers' deadlines are a second, of several in turn. */
const LONGEST_MS = 30_000

interface Person {
  readonly name: string
  cookie: string | undefined
  /** What the last write that was answered wrote, and the last that was sent. */
  known: number
  sent: number
  busy: boolean
}

/** People who read, write and sign out, some hundred times a second in all. */
export class Crowd {
  readonly seen: Seen
  /** Cookies of sessions whose sign-out was answered. */
  readonly #over: string[] = []
  readonly #people: Person[]
  readonly #ports: readonly number[]
  readonly #random: Random
  /** When the last error came. */
  lastErrorAt = 0

  constructor(ports: readonly number[], people: number, seen: Seen, random: Random) {
    this.#ports = ports
    this.seen = seen
    this.#random = random
    this.#people = Array.from({ length: people }, (_, at) => newPerson(`person-${at}`))
  }

  /** Goes on until the signal comes. */
  async run(requestsPerSecond: number, signal: AbortSignal): Promise<void> {
    const under = new Set<Promise<unknown>>()
    const began = performance.now()
    for (let sent = 0; !signal.aborted;) {
      const due = ((performance.now() - began) / 1000) * requestsPerSecond
      for (; sent < due; sent++) {
        const person = this.#idle()
        if (person === undefined) continue
        const doing: Promise<unknown> = this.#act(person).then(() => under.delete(doing))
        under.add(doing)
      }
      await sleep(2)
    }
    await Promise.all(under)
  }

  /** Shows every cookie of a session that is over once more. */
  async lookBack(): Promise<void> {
    for (const cookie of this.#over.splice(0)) {
      const { status, body } = await this.#send('GET', '/read', cookie)
      if (status === 200 && body !== null) this.seen.signOutsUndone++
    }
  }

  #idle(): Person | undefined {
    for (let tries = 0; tries < 20; tries++) {
      const person = this.#random.oneOf(this.#people)
      if (!person.busy) return person
    }
    return undefined
  }

  async #act(person: Person): Promise<void> {
    person.busy = true
    const dice = this.#random.below(100)
    try {
      if (person.cookie === undefined || dice < 30) await this.#write(person)
      else if (dice < 35) await this.#signOut(person)
      else await this.#read(person)
    } finally {
      person.busy = false
    }
  }

  async #write(person: Person): Promise<void> {
    const count = ++person.sent
    const path = `/write?person=${person.name}&count=${count}`
    const { status, cookie } = await this.#send('POST', path, person.cookie)
    if (status !== 200) return
    this.seen.writes++
    person.known = count
    person.cookie = cookie ?? person.cookie
  }

  async #read(person: Person): Promise<void> {
    const { status, body } = await this.#send('GET', '/read', person.cookie)
    if (status !== 200) return
    if (body === null) {
      this.seen.sessionsLost++
      begin(person)
      return
    }
    const { person: name, count, proof } = body as Note
    if (name !== person.name) this.seen.mixedUp++
    else if (proof !== proofOf(name, count) || count > person.sent) this.seen.corrupted++
    else if (count < person.known) {
      this.seen.writesLost++
      person.known = count
    }
  }

  async #signOut(person: Person): Promise<void> {
    const { cookie } = person
    const { status } = await this.#send('POST', '/out', cookie)
    // Who got no answer does not know, and begins anew.
    begin(person)
    if (status !== 200) return
    this.seen.signOuts++
    this.#over.push(cookie as string)
  }

  async #send(method: string, path: string, cookie: string | undefined): Promise<Answer> {
    const port = this.#random.oneOf(this.#ports)
    this.seen.requests++
    const answer = await fetch(`http://127.0.0.1:${port}${path}`, {
      method,
      headers: cookie === undefined ? {} : { cookie },
      signal: AbortSignal.timeout(LONGEST_MS),
    })
      .then(answerIn)
      .catch(() => NO_ANSWER)
    if (answer.status !== 200) {
      this.lastErrorAt = performance.now()
      this.seen.errors++
      if (answer.status !== 503) this.seen.wrongAnswers++
    }
    return answer
  }
}

async function answerIn(response: Response): Promise<Answer> {
  const body: unknown = await response.json()
  const set = response.headers.getSetCookie().find((line) => !/Max-Age=0/i.test(line))
  return { status: response.status, body, cookie: set?.split(';')[0] }
}

function newPerson(name: string): Person {
  return { name, cookie: undefined, known: 0, sent: 0, busy: false }
}

function begin(person: Person): void {
  person.cookie = undefined
  person.known = 0
}
