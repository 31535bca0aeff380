import { setImmediate as later } from 'node:timers/promises'
import type { SessionRecord } from '../../src/record/record.ts'
import type { EndAnswer, Ending, Listing, Touch } from '../../src/store/store.ts'
import { AccountsStore, type Expected, MapStore } from './map-store.ts'

type Broken = new (now?: () => number) => MapStore

/** Stores that keep accounts, with one mistake each, and the case that is there for it. */
export const BROKEN_ACCOUNTS: readonly (readonly [
  mistake: string,
  caughtBy: string,
  store: Broken,
])[] = [
  [
    'create writes over a tombstone',
    'end: is final: no operation brings the record back, not even create',
    class extends AccountsStore {
      override async create(key: string, record: SessionRecord) {
        this.tombstones.delete(key)
        return super.create(key, record)
      }
    },
  ],
  [
    'a touch revives what was ended',
    'end: is final: no operation brings the record back, not even create',
    class extends AccountsStore {
      readonly ended = new Map<string, SessionRecord>()
      override bury(key: string, ending: Ending) {
        const record = this.live(key)
        if (record !== undefined) this.ended.set(key, record)
        super.bury(key, ending)
      }
      override async touch(key: string, touch: Touch) {
        const record = this.ended.get(key)
        if (record !== undefined && this.tombstones.delete(key)) this.keep(key, record)
        return super.touch(key, touch)
      }
    },
  ],
  [
    'replace writes in place of a tombstone',
    'end: even there: nobody signs in any more where nobody has yet',
    class extends AccountsStore {
      override async replace(key: string, expected: Expected, record: SessionRecord) {
        if (this.tombstones.delete(key)) this.keep(key, record)
        return super.replace(key, expected, record)
      }
    },
  ],
  [
    'a sign-out removes a tombstone',
    'end: is final: no operation brings the record back, not even create',
    class extends AccountsStore {
      override async remove(key: string, principal: string | null) {
        this.tombstones.delete(key)
        return super.remove(key, principal)
      }
    },
  ],
  [
    'what is ended is only removed',
    'end: leaves a tombstone, which is what is read',
    class extends AccountsStore {
      override bury(key: string) {
        this.records.delete(this.keyOf(key))
      }
    },
  ],
  [
    'the record stays behind its tombstone',
    'end: is over after its time, and the key is free',
    class extends AccountsStore {
      override bury(key: string, ending: Ending) {
        const record = this.live(key)
        super.bury(key, ending)
        if (record !== undefined) this.keep(key, record)
      }
    },
  ],
  [
    'end puts a tombstone in the place of another',
    'end: answers absent where another has ended the session, whose reason and expiry stay',
    class extends AccountsStore {
      override async end(key: string, ending: Ending) {
        this.tombstones.delete(key)
        return super.end(key, { ...ending, evenAbsent: true })
      }
    },
  ],
  [
    'end does not know itself again',
    'end: executed again answers as before, and changes nothing, the expiry included',
    class extends AccountsStore {
      override async end(key: string, ending: Ending): Promise<EndAnswer> {
        return this.lying(key) === undefined ? super.end(key, ending) : 'absent'
      }
    },
  ],
  [
    'any end of a session that was ended is taken for the first',
    'end: answers absent where another has ended the session, whose reason and expiry stay',
    class extends AccountsStore {
      override async end(key: string, ending: Ending): Promise<EndAnswer> {
        return this.lying(key) === undefined ? super.end(key, ending) : 'ended'
      }
    },
  ],
  [
    'end does not ask whose session it is',
    'end: is refused where "-" is signed in, not "ann"',
    class extends AccountsStore {
      override isOf(stored: SessionRecord | undefined) {
        return stored !== undefined
      }
    },
  ],
  [
    'end ends the session of a visitor for somebody',
    'end: is refused where null is signed in, not "ann"',
    class extends AccountsStore {
      override isOf(stored: SessionRecord | undefined, principal: string | undefined) {
        return stored?.principal === null || super.isOf(stored, principal)
      }
    },
  ],
  [
    'a tombstone lies wherever somebody asks',
    'end: leaves nothing where nothing lies',
    class extends AccountsStore {
      override async end(key: string, ending: Ending) {
        return super.end(key, { ...ending, evenAbsent: true })
      }
    },
  ],
  [
    'no tombstone lies where there was no record',
    'end: where nothing lies, even there: nothing is created any more',
    class extends AccountsStore {
      override async end(key: string, ending: Ending): Promise<EndAnswer> {
        return this.live(key) === undefined ? 'absent' : super.end(key, ending)
      }
    },
  ],
  [
    'a sign-in of a visitor is not ended',
    'end: even there: nobody signs in any more where nobody has yet',
    class extends AccountsStore {
      override async end(key: string, ending: Ending): Promise<EndAnswer> {
        const ofVisitor = this.live(key)?.principal === null && ending.principal !== undefined
        return ofVisitor ? 'refused' : super.end(key, ending)
      }
    },
  ],
  [
    'tombstones stay for ever',
    'end: is over after its time, and the key is free',
    class extends AccountsStore {
      override bury(key: string, ending: Ending) {
        super.bury(key, { ...ending, forMs: Infinity })
      }
    },
  ],
  [
    'a tombstone goes when its record would have expired',
    'end: outlives the record it took the place of',
    class extends AccountsStore {
      override bury(key: string, ending: Ending) {
        const record = this.live(key)
        const forMs = record === undefined ? ending.forMs : this.expiryOf(record) - this.now()
        super.bury(key, { ...ending, forMs })
      }
    },
  ],
  [
    'lists may have one more than they may',
    'lists: answer with their members when they are full, and stay as they are',
    class extends AccountsStore {
      override isFull(list: Map<string, number>, listing: Listing) {
        return super.isFull(list, { ...listing, atMost: (listing.atMost ?? Infinity) + 1 })
      }
    },
  ],
  [
    'a member is lost when it is sent again',
    'lists: hold once what was put on them twice',
    class extends AccountsStore {
      override async enlist(key: string, listing: Listing) {
        const again = this.listOf(key).delete(listing.member)
        return again ? ('listed' as const) : super.enlist(key, listing)
      }
    },
  ],
  [
    'a full list does not take what it has',
    'lists: take a member they hold, full or not',
    class extends AccountsStore {
      override isFull(list: Map<string, number>, { atMost = Infinity }: Listing) {
        return list.size >= atMost
      }
    },
  ],
  [
    'a member stays beside the one in its place',
    'lists: take one in the place of another, full or not',
    class extends AccountsStore {
      override async enlist(key: string, listing: Listing) {
        const before = [...this.listOf(key)]
        const answer = await super.enlist(key, listing)
        for (const [member, until] of before) this.listOf(key).set(member, until)
        return answer
      }
    },
  ],
  [
    'whoever names a member to replace comes in',
    'lists: do not take one in the place of another that they do not hold, when full',
    class extends AccountsStore {
      override isFull(list: Map<string, number>, listing: Listing) {
        return listing.instead === undefined && super.isFull(list, listing)
      }
    },
  ],
  [
    'members never end',
    'lists: lose a member when it ends at last, which makes room',
    class extends AccountsStore {
      override hasEnded() {
        return false
      }
    },
  ],
  [
    'a member that comes again ends when it first would have',
    'lists: go by when a member was last said to end',
    class extends AccountsStore {
      override async enlist(key: string, listing: Listing) {
        const until = this.listOf(key).get(listing.member) ?? listing.until
        return super.enlist(key, { ...listing, until })
      }
    },
  ],
  [
    'the whole list is forgotten with one member',
    'lists: lose what is taken off them, once or twice, and nothing else',
    class extends AccountsStore {
      override async delist(key: string) {
        this.lists.delete(key)
      }
    },
  ],
  [
    'nothing is taken off a list',
    'lists: lose what is taken off them, once or twice, and nothing else',
    class extends AccountsStore {
      override async delist() {}
    },
  ],
  [
    'all principals share a list',
    'lists: are kept apart, by their keys',
    class extends AccountsStore {
      override listOf() {
        return super.listOf('all')
      }
    },
  ],
  [
    'enlist looks, waits and writes',
    'lists: have no more members than they may, whoever comes at once',
    class extends AccountsStore {
      override async enlist(key: string, listing: Listing) {
        const list = this.listOf(key)
        if (this.isFull(list, listing)) return [...list.keys()]
        await later()
        return super.enlist(key, { ...listing, atMost: undefined })
      }
    },
  ],
  [
    'a scan goes by places, which move when something is removed',
    'scan: gives what lies there all the time, whatever comes and goes',
    class extends AccountsStore {
      override async *scan(prefix: string) {
        for (let at = 0; at < this.records.size; at++) {
          const key = [...this.records.keys()][at] ?? ''
          if (this.isUnder(prefix, key)) yield { keys: 1, records: this.given(key) }
        }
      }
    },
  ],
  [
    'a scan gives what has expired',
    'scan: gives neither what has expired nor what was removed',
    class extends AccountsStore {
      override given(key: string) {
        return [this.records.get(key) as SessionRecord]
      }
    },
  ],
  [
    'a scan knows no prefix',
    'scan: gives nothing of another prefix, whatever characters it has',
    class extends AccountsStore {
      override isUnder() {
        return true
      }
    },
  ],
  [
    'a scan takes its prefix for a pattern',
    'scan: gives nothing of another prefix, whatever characters it has',
    class extends AccountsStore {
      override isUnder(prefix: string, key: string) {
        const [before = '', after] = prefix.split('*')
        return after === undefined ? super.isUnder(prefix, key) : key.startsWith(before)
      }
    },
  ],
  [
    'a scan does not look whose key it is',
    'scan: gives no record that lies under the key of another',
    class extends AccountsStore {
      override isUnder(prefix: string, key: string) {
        return key.startsWith(prefix) && !key.slice(prefix.length).includes(':')
      }
    },
  ],
  [
    'a scan gives only the first that it finds',
    'scan: gives every record under the prefix, as it is stored',
    class extends AccountsStore {
      override async *scan(prefix: string) {
        for await (const step of super.scan(prefix)) return void (yield step)
      }
    },
  ],
  [
    'lists are kept that nobody can read',
    'lists: come with end, and all three together',
    class extends MapStore {
      async enlist() {
        return 'listed' as const
      }
    },
  ],
]
