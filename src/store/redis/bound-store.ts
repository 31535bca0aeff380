import type { StoreOperation } from '../../errors.ts'
import { expiryOf, revisionOf, type SessionRecord } from '../../record/record.ts'
import { formatHeader, formatRecord, parseRecord } from '../../record/record-format.ts'
import { formatPrincipal } from '../../record/identity.ts'
import { formatTombstone } from '../../record/tombstone.ts'
import type {
  EndAnswer,
  Ending,
  Expected,
  Listing,
  ReadAnswer,
  RemoveAnswer,
  ReplaceAnswer,
  ScanStep,
  Store,
  Subscription,
  Touch,
  TouchAnswer,
} from '../store.ts'
import { touchAnswerOf, touched } from '../touched.ts'
import { ServerClock } from './clock.ts'
import type { Confirming } from './confirming.ts'
import { isErrorReply, storeFailure } from './failure.ts'
import { Feed } from './feed.ts'
import type { Port } from './port.ts'
import { RecentRecords } from './recent-records.ts'
import { bytes, text, texts } from './replies.ts'
import { recordsIn, scanServer, scannedThrough } from './scan.ts'
import { Scripts } from './scripts.ts'
import type { NearSessions, Behind } from './near.ts'
import type { OpenSubscriber } from './subscriber.ts'

/** What works over connections of its own beside the client. */
export interface Beside {
  readonly openSubscriber: OpenSubscriber | undefined
  readonly confirming: Confirming | undefined
  readonly nearSessions: ((behind: Behind) => NearSessions) | undefined
}

/** The store behind one Redis client. Each operation is one command: a GET, or a script. */
export class BoundStore implements Store {
  readonly #port: Port
  readonly #clock: ServerClock
  readonly #scripts: Scripts
  /** Runs those that end sessions. */
  readonly #ends: Scripts
  readonly #confirming: Confirming | undefined
  readonly #openSubscriber: OpenSubscriber | undefined
  readonly near: NearSessions | undefined
  readonly #recent = new RecentRecords()
  #feed: Feed | undefined

  constructor(port: Port, { openSubscriber, confirming, nearSessions }: Beside) {
    this.#port = port
    this.#openSubscriber = openSubscriber
    this.#confirming = confirming
    this.#clock = new ServerClock(port)
    this.near = nearSessions?.(this.#behind())
    this.#scripts = new Scripts(port, this.#clock, this.near)
    this.#ends =
      confirming === undefined
        ? this.#scripts
        : new Scripts(confirming, this.#clock, this.near, 'eval')
  }

  now(): number {
    return this.#clock.now()
  }

  measureClock(): Promise<void> | undefined {
    return this.#clock.measure()
  }

  #behind(): Behind {
    const clock = this.#clock
    return {
      read: (key) => this.read(key),
      answer: (key, reply) => this.#recent.answer(key, reply),
      get knowsTime() {
        return clock.isSet
      },
    }
  }

  read(key: string): Promise<ReadAnswer> {
    const reply = this.#clock.isSet
      ? this.#port.get(key)
      : this.#clock.along(key, () => this.#port.get(key))
    return reply.then((value) => this.#recent.answer(key, value), this.#readFailure)
  }

  readonly #readFailure = (error: unknown): 'undecodable' => {
    if (isErrorReply(error, 'WRONGTYPE')) return 'undecodable'
    throw this.#failure('read', error)
  }

  readonly #removeFailure = (error: unknown): never => {
    throw this.#failure('remove', error)
  }

  async create(key: string, record: SessionRecord): Promise<'created' | 'taken'> {
    const stored = formatRecord(record)
    const expiry = String(expiryOf(record))
    const answer = await this.#scripts.run('create', key, revisionOf(record), stored, expiry)
    if (answer[0] !== 1) return 'taken'
    this.#recent.written(key, record, stored)
    return 'created'
  }

  async replace(key: string, expected: Expected, record: SessionRecord): Promise<ReplaceAnswer> {
    const { losses } = this.#port
    const stored = formatRecord(record)
    const expiry = expiryOf(record)
    const [code, detail] = await this.#scripts.run(
      'replace',
      key,
      revisionOf(record),
      expected.revision,
      expected.familyHash,
      stored,
      String(expiry),
      expiry < expected.expiresAt ? '1' : '0',
    )
    if (code === 1) {
      this.#recent.written(key, record, stored)
      return { status: 'replaced', familyHash: record.familyHash }
    }
    if (code === 2) return { status: 'replaced', familyHash: text('replace', detail) }
    if (code === 0) return { status: 'gone' }
    const current = parseRecord(bytes('replace', detail))
    if (typeof current === 'string') return { status: 'gone' }
    const mayBeRepeated = this.#port.losses !== losses
    return { status: 'conflict', record: current, ...(mayBeRepeated && { mayBeRepeated }) }
  }

  async touch(key: string, touch: Touch): Promise<TouchAnswer> {
    const { from } = touch
    const next = from && touched(from, touch)
    const answer = await this.#scripts.run(
      'touch',
      key,
      touch.familyHash,
      String(touch.edition),
      String(touch.at),
      touch.writeId,
      touch.active ? '1' : '0',
      ...(from && next && next !== from
        ? [revisionOf(from), formatHeader(next), String(expiryOf(next))]
        : ['', '', '']),
    )
    if (answer[0] === 0) return { status: 'gone' }
    if (answer[0] === 2) return touchAnswerOf(next as SessionRecord)
    return {
      status: 'touched',
      written: text('touch', answer[1]),
      revision: text('touch', answer[2]),
      touchedAt: Number(answer[3]),
      edition: Number(answer[4]),
      promotedAt: Number(answer[5]),
    }
  }

  async remove(key: string, principal: string | null): Promise<RemoveAnswer> {
    const [code] = await this.#ends.run('remove', key, formatPrincipal(principal))
    if (code === 0) return 'absent'
    return code === 1 ? 'removed' : 'gone'
  }

  async end(
    key: string,
    { tombstone, forMs, principal, evenAbsent, writeId }: Ending,
  ): Promise<EndAnswer> {
    const [code] = await this.#ends.run(
      'end',
      key,
      principal === undefined ? '' : formatPrincipal(principal),
      formatTombstone(tombstone),
      String(forMs),
      evenAbsent ? '1' : '0',
      writeId,
    )
    if (code === 0) return 'absent'
    return code === 1 ? 'ended' : 'refused'
  }

  async enlist(
    key: string,
    { member, until, instead = '', atMost = 0, ends = false }: Listing,
  ): Promise<'listed' | readonly string[]> {
    const now = String(Math.trunc(this.now()))
    const scripts = ends ? this.#ends : this.#scripts
    const [code, members] = await scripts.run(
      'enlist',
      key,
      member,
      String(until),
      instead,
      now,
      String(atMost),
    )
    return code === 1 ? 'listed' : texts('enlist', members)
  }

  async listed(key: string): Promise<readonly string[]> {
    const [, members] = await this.#scripts.run('listed', key, String(Math.trunc(this.now())))
    return texts('listed', members)
  }

  async delist(key: string, members: readonly string[]): Promise<void> {
    if (members.length > 0) await this.#scripts.run('delist', key, members.join(','))
  }

  async *scan(prefix: string): AsyncGenerator<ScanStep> {
    try {
      for (const server of scannedThrough(this.#port, prefix)) {
        for await (const found of scanServer(server)) yield recordsIn(found)
      }
    } catch (error) {
      throw this.#failure('scan', error)
    }
  }

  async readForeign(key: string): Promise<string | undefined> {
    const value = await this.#port.get(key).catch(this.#readFailure)
    return Buffer.isBuffer(value) ? value.toString('utf8') : undefined
  }

  async removeForeign(key: string): Promise<void> {
    await this.#port.send('del', key, [key]).catch(this.#removeFailure)
  }

  /** One connection for all watches of this client; it ends with the last of them. */
  watch(key: string, changed: () => void): Subscription | undefined {
    const open = this.#openSubscriber
    if (open === undefined) return undefined
    if (this.#feed === undefined || this.#feed.isOver) this.#feed = new Feed(open, this.#port)
    return this.#feed.watch(key, changed)
  }

  /** The client is not ours; what was opened beside it is. */
  async close(): Promise<void> {
    await Promise.all([this.#confirming?.close(), this.near?.close()])
  }

  #failure(operation: StoreOperation, error: unknown): Error {
    this.#clock.doubt()
    return storeFailure(operation, error)
  }
}
