import { randomWriteId } from '../../cookie/random.ts'
import type { Subscription } from '../store.ts'
import type { Port } from './port.ts'
import type { OpenSubscriber, Subscriber } from './subscriber.ts'

/** So often it makes sure that it hears: a loss is noticed within two beats. */
const BEAT_MS = 400
const BEAT = 'beat '
/** As the scripts do when a record goes. The channel is a key here, so a key prefix is minded. */
const PUBLISH = "return redis.call('PUBLISH', KEYS[1], ARGV[1])"

/** A key that somebody watches. What was refused is asked for again on the next connection. */
interface Followed {
  readonly listeners: Set<() => void>
  state: 'unasked' | 'asked' | 'subscribed'
}

/**
 * Hears, over one connection of its own, what the scripts publish about watched keys.
 *
 * A subscription that does not hear looks like one to which nothing is said: the permission to
 * publish may be missing, the connection dead without a word, a proxy in between. So it publishes
 * to itself, the way a removal would, and is live for as long as it hears that.
 */
export class Feed {
  readonly #port: Port
  readonly #subscriber: Subscriber
  readonly #followed = new Map<string, Followed>()
  readonly #beating: NodeJS.Timeout
  #live = false
  /** The beat that was published and not heard yet. */
  #beat: { readonly key: string; readonly message: string } | undefined
  #publishing = false
  #ended: Promise<void> | undefined

  constructor(open: OpenSubscriber, port: Port) {
    this.#port = port
    this.#subscriber = open({
      heard: (key, message) => this.#heard(key, message),
      interrupted: () => this.#interrupted(),
    })
    // After a pause of this process the messages that came meanwhile are read before it judges.
    this.#beating = setInterval(() => setImmediate(() => this.#nextBeat()), BEAT_MS).unref()
  }

  /** Its last subscription has ended, and with it the connection. */
  get isOver(): boolean {
    return this.#ended !== undefined
  }

  watch(key: string, changed: () => void): Subscription {
    const followed = this.#followed.get(key) ?? this.#follow(key)
    const listener = () => changed()
    followed.listeners.add(listener)
    const isLive = () => this.#live && followed.state === 'subscribed'
    return {
      get live() {
        return isLive()
      },
      end: () => this.#leave(key, followed, listener),
    }
  }

  #heard(key: string, message: string): void {
    if (!message.startsWith(BEAT)) tell(this.#followed.get(key))
    if (message !== this.#beat?.message) return
    this.#beat = undefined
    this.#become(true)
  }

  #interrupted(): void {
    if (this.isOver) return
    this.#become(false)
    for (const [key, followed] of this.#followed) {
      if (followed.state === 'unasked') this.#subscribe(key, followed)
    }
  }

  #follow(key: string): Followed {
    const followed: Followed = { listeners: new Set(), state: 'unasked' }
    this.#followed.set(key, followed)
    this.#subscribe(key, followed)
    return followed
  }

  #subscribe(key: string, followed: Followed): void {
    const subscribed = () => {
      followed.state = 'subscribed'
      if (this.#live) tell(followed)
      else if (this.#beat === undefined) this.#nextBeat()
    }
    const refused = () => {
      followed.state = 'unasked'
    }
    followed.state = 'asked'
    this.#subscriber.subscribe(key).then(subscribed, refused)
  }

  async #leave(key: string, followed: Followed, listener: () => void): Promise<void> {
    followed.listeners.delete(listener)
    if (followed.listeners.size > 0 || this.#followed.get(key) !== followed) return this.#ended
    this.#followed.delete(key)
    if (this.#followed.size > 0) {
      if (this.#beat?.key === key) this.#beat = undefined
      await this.#subscriber.unsubscribe(key).catch(() => {})
      return
    }
    clearInterval(this.#beating)
    this.#ended = this.#subscriber.close().catch(() => {})
    await this.#ended
  }

  #nextBeat(): void {
    if (this.isOver) return
    if (this.#beat !== undefined) this.#become(false)
    const key = this.#firstSubscribed()
    if (key === undefined || this.#publishing) return
    this.#publishing = true
    this.#beat = { key, message: BEAT + randomWriteId() }
    const published = () => {
      this.#publishing = false
    }
    const { message } = this.#beat
    this.#port.send('eval', key, [PUBLISH, '1', key, message]).then(published, published)
  }

  /** A connection subscribes to it before, or along with, all others: it stands for them. */
  #firstSubscribed(): string | undefined {
    for (const [key, { state }] of this.#followed) if (state === 'subscribed') return key
    return undefined
  }

  #become(live: boolean): void {
    if (this.#live === live) return
    this.#live = live
    for (const followed of this.#followed.values()) tell(followed)
  }
}

function tell(followed: Followed | undefined): void {
  for (const changed of followed?.listeners ?? []) changed()
}
