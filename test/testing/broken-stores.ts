import { setImmediate as later } from 'node:timers/promises'
import { type SessionRecord, revisionOf } from '../../src/record/record.ts'
import { withWrite } from '../../src/record/writes.ts'
import type { ReadAnswer, ReplaceAnswer, Store, Touch, TouchAnswer } from '../../src/store/store.ts'
import { type Expected, MapStore } from './map-store.ts'

type Broken = new (now?: () => number) => MapStore

/** Stores with one mistake each, and the case that is there for it. */
export const BROKEN: readonly (readonly [mistake: string, caughtBy: string, store: Broken])[] = [
  [
    'replace compares nothing: the last writer wins',
    'replace: is a conflict when somebody else wrote since, with what is there',
    class extends MapStore {
      override async replace(key: string, expected: Expected, record: SessionRecord) {
        const stored = this.live(key)
        const revision = stored === undefined ? expected.revision : revisionOf(stored)
        return super.replace(key, { ...expected, revision }, record)
      }
    },
  ],
  [
    'create writes over what is there',
    'create: is refused where another record lies, which stays',
    class extends MapStore {
      override async create(key: string, record: SessionRecord) {
        this.keep(key, record)
        return 'created' as const
      }
    },
  ],
  [
    'create does not see that it has already happened',
    'create: that has already happened is created, and undoes no later write',
    class extends MapStore {
      override async create(key: string, record: SessionRecord) {
        return this.live(key) === undefined ? super.create(key, record) : 'taken'
      }
    },
  ],
  [
    'a touch puts the timeout back to the default',
    'touch: computes the expiry from what is stored, so an adjusted timeout stays',
    class extends MapStore {
      override noted(stored: SessionRecord, touch: Touch) {
        return { ...super.noted(stored, touch), timeoutMs: 1_200_000 }
      }
    },
  ],
  [
    'a touch revives what has expired',
    'touch: revives nothing that has expired',
    class extends MapStore {
      override async touch(key: string, touch: Touch): Promise<TouchAnswer> {
        const dead = this.records.get(key)
        if (dead !== undefined) this.keep(key, this.noted(dead, touch))
        return super.touch(key, touch)
      }
    },
  ],
  [
    'a touch is for any family',
    'touch: is gone for another family, and notes nothing',
    class extends MapStore {
      override touch(key: string, touch: Touch) {
        const familyHash = this.live(key)?.familyHash ?? touch.familyHash
        return super.touch(key, { ...touch, familyHash })
      }
    },
  ],
  [
    'a touch takes the edition back',
    'touch: never takes the edition back',
    class extends MapStore {
      override noted(stored: SessionRecord, touch: Touch) {
        return { ...super.noted(stored, touch), edition: touch.edition }
      }
    },
  ],
  [
    'a touch notes activity that is older than the last',
    'touch: of -5000 ms since the last activity writes nothing',
    class extends MapStore {
      override noted(stored: SessionRecord, touch: Touch) {
        return super.noted({ ...stored, touchedAt: Number.NEGATIVE_INFINITY }, touch)
      }
    },
  ],
  [
    'a touch is no write of its own',
    'touch: makes a replace from before it a conflict',
    class extends MapStore {
      override noted(stored: SessionRecord, touch: Touch) {
        return { ...super.noted(stored, touch), writes: stored.writes }
      }
    },
  ],
  [
    'touches push writes out',
    'touch: pushes no write out: 8 are known beside the latest touch',
    class extends MapStore {
      override noted(stored: SessionRecord, touch: Touch) {
        const noted = super.noted(stored, touch)
        return { ...noted, writes: noted.writes.slice(0, 8) }
      }
    },
  ],
  [
    'touches are kept as writes are',
    'touch: makes room for the next one, and for a write',
    class extends MapStore {
      override noted(stored: SessionRecord, touch: Touch) {
        const writes = [touch.writeId, ...stored.writes].slice(0, 8)
        return { ...super.noted(stored, touch), writes }
      }
    },
  ],
  [
    'a touch that has happened is a write again',
    'touch: that has already happened answers as it did',
    class extends MapStore {
      override noted(stored: SessionRecord, touch: Touch) {
        const writes = withWrite(stored.writes, `${touch.writeId}+${stored.writes[0]}`)
        return { ...super.noted(stored, touch), writes }
      }
    },
  ],
  [
    'a touch changes the record that readers have in their hands',
    'records: one that was read stays as it is when another is stored',
    class extends MapStore {
      override noted(stored: SessionRecord, touch: Touch) {
        return Object.assign(stored, super.noted(stored, touch))
      }
    },
  ],
  [
    'replace changes the record it is given',
    'records: no operation changes what it is given',
    class extends MapStore {
      override keep(key: string, record: SessionRecord) {
        super.keep(key, Object.assign(record, { touchedAt: record.touchedAt }))
      }
    },
  ],
  [
    'remove does not ask for the principal',
    'remove: is refused for a record of principal "ann" to "bob"',
    class extends MapStore {
      override remove(key: string) {
        return super.remove(key, this.live(key)?.principal ?? null)
      }
    },
  ],
  [
    'an empty principal is none',
    'remove: is refused for a record of principal "" to null',
    class extends MapStore {
      override keep(key: string, record: SessionRecord) {
        super.keep(key, { ...record, principal: record.principal || null })
      }
    },
  ],
  [
    'removed records stay readable',
    'remove: removes a record of principal null for null',
    class extends MapStore {
      override async remove(key: string, principal: string | null) {
        const record = this.live(key)
        const answer = await super.remove(key, principal)
        if (record !== undefined) this.keep(key, record)
        return answer
      }
    },
  ],
  [
    'the earlier writes are not looked at',
    'replace: writes in place of the revision it expects',
    class extends MapStore {
      override wrote() {
        return false
      }
    },
  ],
  [
    'only the latest write is looked at',
    'replace: that has already happened says so first, with the family that is there now',
    class extends MapStore {
      override wrote(record: SessionRecord, writeId: string) {
        return revisionOf(record) === writeId
      }
    },
  ],
  [
    'a repeated replace answers with the family it brought',
    'replace: that has already happened says so first, with the family that is there now',
    class extends MapStore {
      override async replace(
        key: string,
        expected: Expected,
        record: SessionRecord,
      ): Promise<ReplaceAnswer> {
        const answer = await super.replace(key, expected, record)
        return answer.status === 'replaced' ? { ...answer, familyHash: record.familyHash } : answer
      }
    },
  ],
  [
    'replace creates',
    'replace: never creates',
    class extends MapStore {
      override replace(key: string, expected: Expected, record: SessionRecord) {
        if (this.live(key) === undefined) this.keep(key, record)
        return super.replace(key, expected, record)
      }
    },
  ],
  [
    'replace looks at the family before the revision',
    'replace: is a conflict, not gone, when revision and family both differ',
    class extends MapStore {
      override async replace(
        key: string,
        expected: Expected,
        record: SessionRecord,
      ): Promise<ReplaceAnswer> {
        const known = this.live(key)?.familyHash === expected.familyHash
        return known ? super.replace(key, expected, record) : { status: 'gone' }
      }
    },
  ],
  [
    'replace is for any family',
    'replace: is gone when the family is another one',
    class extends MapStore {
      override replace(key: string, expected: Expected, record: SessionRecord) {
        const familyHash = this.live(key)?.familyHash ?? ''
        return super.replace(key, { ...expected, familyHash }, record)
      }
    },
  ],
  [
    'nothing expires',
    'expiry: a record is absent from the instant on that expiryOf says',
    class extends MapStore {
      override expiryOf() {
        return Infinity
      }
    },
  ],
  [
    'the touch interval is not part of the expiry',
    'expiry: is to the millisecond, by a clock that can be moved',
    class extends MapStore {
      override expiryOf(record: SessionRecord) {
        return super.expiryOf({ ...record, touchIntervalMs: 0 })
      }
    },
  ],
  [
    'the deadline is not part of the expiry',
    'expiry: a record that is born expired is created and absent',
    class extends MapStore {
      override expiryOf(record: SessionRecord) {
        return super.expiryOf({ ...record, deadline: null })
      }
    },
  ],
  [
    'the expiry is rounded up to the second',
    'expiry: is not rounded up to the second',
    class extends MapStore {
      override expiryOf(record: SessionRecord) {
        return Math.ceil(super.expiryOf(record) / 1000) * 1000
      }
    },
  ],
  [
    'a replace keeps the expiry of the first record',
    'expiry: follows the record that replaced another',
    class extends MapStore {
      readonly ends = new Map<string, number>()
      override keep(key: string, record: SessionRecord) {
        if (!this.ends.has(record.id)) this.ends.set(record.id, super.expiryOf(record))
        super.keep(key, record)
      }
      override expiryOf(record: SessionRecord) {
        return this.ends.get(record.id) ?? super.expiryOf(record)
      }
    },
  ],
  [
    'a replace looks, waits and writes',
    'at once: no writer that retries on conflict loses its write',
    class extends MapStore {
      override async replace(key: string, expected: Expected, record: SessionRecord) {
        const looked = new MapStore(this.now)
        const stored = this.live(key)
        if (stored !== undefined) looked.keep(key, stored)
        const answer = await looked.replace(key, expected, record)
        await later()
        if (looked.live(key) === record) this.keep(key, record)
        return answer
      }
    },
  ],
  [
    'a touch writes back the whole record it has read',
    'at once: a touch and a replace undo nothing of each other',
    class extends MapStore {
      override async touch(key: string, touch: Touch) {
        const stored = this.live(key)
        await later()
        if (stored !== undefined) this.keep(key, stored)
        return super.touch(key, touch)
      }
    },
  ],
  [
    'two creates at once both happen',
    'at once: of many creates one wins, and it is what is stored',
    class extends MapStore {
      override async create(key: string, record: SessionRecord) {
        const free = this.live(key) === undefined
        await later()
        if (free) this.keep(key, record)
        return super.create(key, record)
      }
    },
  ],
  [
    'replies of reads that are under way together are mixed up',
    'at once: answers belong to their keys',
    class extends MapStore {
      #last: string | undefined
      override async read(key: string): Promise<ReadAnswer> {
        const asked = this.#last ?? key
        this.#last = key
        await later()
        this.#last = undefined
        return super.read(asked)
      }
    },
  ],
  [
    'bytes become text',
    'read: gives back every byte',
    class extends MapStore {
      override keep(key: string, record: SessionRecord) {
        const { data } = record
        super.keep(key, { ...record, data: Buffer.from(data as string).toString() })
      }
    },
  ],
  [
    'flash messages are dropped',
    'read: gives back text and flash',
    class extends MapStore {
      override keep(key: string, record: SessionRecord) {
        super.keep(key, { ...record, flash: undefined })
      }
    },
  ],
  [
    'no payload is stored as an empty one',
    'read: gives back no data',
    class extends MapStore {
      override keep(key: string, record: SessionRecord) {
        super.keep(key, { ...record, flash: record.flash ?? '' })
      }
    },
  ],
  [
    'text is cut off at 64 KiB',
    'read: gives back a mebibyte of text',
    class extends MapStore {
      override keep(key: string, record: SessionRecord) {
        super.keep(key, { ...record, data: record.data.slice(0, 65_535) })
      }
    },
  ],
  [
    'text is trimmed',
    'read: gives back spaces at both ends',
    class extends MapStore {
      override keep(key: string, record: SessionRecord) {
        const { data } = record
        super.keep(key, { ...record, data: typeof data === 'string' ? data.trim() : data })
      }
    },
  ],
  [
    'keys do not tell upper case from lower case',
    'records: lie under keys that tell upper case from lower case',
    class extends MapStore {
      override keyOf(key: string) {
        return key.toLowerCase()
      }
    },
  ],
  [
    'keys are properties of a plain object',
    'records: none lies under a key that is the name of something else',
    class extends MapStore {
      override async read(key: string): Promise<ReadAnswer> {
        return key in {} ? ({} as SessionRecord) : super.read(key)
      }
    },
  ],
  [
    'ids are numbers where they look like numbers',
    'records: an id may be any that an id generator may make',
    class extends MapStore {
      override keep(key: string, record: SessionRecord) {
        const number = Number(record.id)
        super.keep(key, { ...record, id: Number.isNaN(number) ? record.id : String(number) })
      }
    },
  ],
  [
    'the time is in seconds',
    'now: is the time in milliseconds since the epoch',
    class extends MapStore {
      constructor(now: () => number = Date.now) {
        super(() => now() / 1000)
      }
    },
  ],
  [
    'the clock is measured again and again',
    'now: is known once the clock was measured',
    class extends MapStore {
      async measureClock() {}
    },
  ],
  [
    'each request has records of its own',
    'for: what one request writes the next one reads',
    class extends MapStore {
      for(): Store {
        return new MapStore(this.now)
      }
    },
  ],
]
