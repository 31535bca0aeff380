import { describe, expect, test } from 'vitest'
import { GoneError, StoreError } from '../../src/errors.ts'
import type { SessionOptions } from '../../src/options/options.ts'
import type { Session } from '../../src/session/members.ts'
import { createSessions } from '../../src/sessions.ts'
import { memoryStore } from '../../src/store/memory.ts'
import type { Store } from '../../src/store/store.ts'
import { type Data, type DataSessions, SECRET, dataIn } from '../support/app.ts'
import { describeOnBothStores, useRedis } from '../support/both-stores.ts'
import { collect } from '../support/events.ts'
import { type Latch, LatchStore, signal } from '../support/latch-store.ts'
import { Actor, atRest, besideForeign } from '../support/stepped.ts'
import { TimeLimit } from '../support/time-limit.ts'
import { cookieOf } from '../support/timed.ts'

const COUNTS = [20, 200]

/** On a busy machine nobody is to run out of time. */
const PATIENT = { storeTimeoutMs: 20_000 }

/**
 * All try before the first is answered, and all but one are refused. Then each has a turn; in every
 * eighth of these it is refused once more, for the sake of other processes.
 */
function mostRefusals(count: number): number {
  return 1.5 * count
}

/** A session with `n: 0`. */
async function begin(store: Store, options: Partial<SessionOptions<Data>> = {}) {
  const sessions = createSessions<Data>({ secret: SECRET, store, ...options })
  const first = await sessions.open()
  first['n'] = 0
  const cookie = cookieOf((await sessions.commit(first)).setCookie)
  return { sessions, cookie, stored: async () => dataIn(await sessions.open(cookie)) }
}

/** As many requests of one session, all opened before any of them writes. */
function openAll(sessions: DataSessions, cookie: string, count: number) {
  return Promise.all(Array.from({ length: count }, () => sessions.open(cookie)))
}

function add(draft: Data): number {
  return (draft['n'] = Number(draft['n']) + 1)
}

/** Every request says which store it uses. */
interface On {
  readonly store: Store
}

/** All that could happen by now without an answer of the store has happened. */
async function allAtRest(): Promise<void> {
  for (let turn = 0; turn < 5; turn++) await atRest()
}

describeOnBothStores('parallel writes of one session', (makeStore) => {
  test.each(COUNTS)('%i requests that change a key each: all are kept', async (count) => {
    const store = makeStore()
    const { sessions, cookie, stored } = await begin(store, PATIENT)
    const requests = await openAll(sessions, cookie, count)
    requests.forEach((session, at) => (session[`key${at}`] = at))
    const events = collect()
    const results = await Promise.all(requests.map((session) => sessions.commit(session)))
    expect(new Set(results.map(({ outcome }) => outcome))).toEqual(new Set(['saved']))
    expect(Object.keys(await stored())).toHaveLength(count + 1)
    expect(events.of('conflict').length).toBeLessThan(mostRefusals(count))
    expect(store.calls.replace).toBe(count + events.of('conflict').length)
  })

  test.each(COUNTS)('%i requests that add one with update() make as many', async (count) => {
    const store = makeStore()
    const { sessions, cookie, stored } = await begin(store, PATIENT)
    const requests = await openAll(sessions, cookie, count)
    let runs = 0
    const results = await Promise.all(
      requests.map((session) =>
        session.update((draft) => {
          runs++
          return add(draft)
        }),
      ),
    )
    expect(results.toSorted((one, other) => one - other)).toEqual(results.map((_, at) => at + 1))
    expect(await stored()).toEqual({ n: count })
    expect(runs).toBe(store.calls.replace)
    expect(runs).toBeLessThan(count + mostRefusals(count))
  })

  test('a serializer that works in place spoils nothing that is handed on', async () => {
    const { sessions, cookie, stored } = await begin(makeStore(), {
      serialize: (data) => Buffer.from(JSON.stringify(data)),
      deserialize(bytes) {
        const data = JSON.parse(Buffer.from(bytes as Uint8Array).toString()) as Data
        ;(bytes as Uint8Array).fill(0)
        return data
      },
    })
    const requests = await openAll(sessions, cookie, 20)
    await Promise.all(
      requests.map(async (session, at) => {
        await session.update(add)
        session[`key${at}`] = at
        await sessions.commit(session)
      }),
    )
    expect(await stored()).toMatchObject({ n: 20, key0: 0, key19: 19 })
  })

  test('two sets of sessions on one store, with commits and update() side by side', async () => {
    const store = makeStore()
    const one = await begin(store, PATIENT)
    const other = createSessions<Data>({ secret: SECRET, store, ...PATIENT })
    const requests = [
      ...(await openAll(one.sessions, one.cookie, 40)),
      ...(await openAll(other, one.cookie, 40)),
    ]
    await Promise.all(
      requests.map(async (session, at) => {
        const sessions = at < 40 ? one.sessions : other
        await session.update(add)
        session[`key${at}`] = at
        await sessions.commit(session)
      }),
    )
    const kept = await one.stored()
    expect([kept['n'], Object.keys(kept).length]).toEqual([80, 81])
    // Two lines: whoever is in one of them is overtaken by the other now and then.
    expect(store.calls.replace).toBeLessThan(160 * 6)
  })
})

/**
 * A second request is refused, because a first has written, and its next try is under way and
 * stopped: it has its turn, and whoever comes now finds it there.
 */
async function line(
  options: Partial<SessionOptions<Data>> = {},
  write: (second: Session<Data>) => void = (second) => void (second['second'] = true),
) {
  const store = new LatchStore(memoryStore())
  const { sessions, cookie, stored } = await begin(store, options)
  const [first, second, ...others] = await openAll(sessions, cookie, 12)
  if (first === undefined || second === undefined) throw new Error('nobody has come')
  first['first'] = true
  await sessions.commit(first)
  write(second)
  const refused = store.holdAfter('replace')
  const committing = sessions.commit(second)
  await refused.reached
  const latch: Latch = store.holdBefore('replace')
  refused.release()
  await latch.reached
  const before = store.calls.replace
  return {
    store,
    sessions,
    cookie,
    stored,
    second: committing,
    others,
    latch,
    tries: () => store.calls.replace - before,
    /** Sets a key, and commits. */
    set: (at: number) => {
      const session = others[at] as Session<Data>
      session[`other${at}`] = true
      return sessions.commit(session)
    },
    update: <R>(at: number, change: (draft: Data) => R) =>
      (others[at] as Session<Data>).update(change),
  }
}

describe('who finds others writing the session', () => {
  test('waits, and is not refused even once', async () => {
    const { second, latch, set, update, tries, stored } = await line()
    const events = collect()
    const writing = [set(0), update(1, add), set(2), update(3, add)]
    await allAtRest()
    expect(tries()).toBe(0)
    latch.release()
    await Promise.all([second, ...writing])
    expect(await stored()).toEqual({
      n: 2,
      first: true,
      second: true,
      other0: true,
      other2: true,
    })
    expect([tries(), events.of('conflict')]).toEqual([4, []])
  })

  test('waits for nobody when the others write another session', async () => {
    const { sessions, latch, second } = await line()
    const another = await sessions.open()
    another['n'] = 1
    const cookie = cookieOf((await sessions.commit(another)).setCookie)
    const session = await sessions.open(cookie)
    session['n'] = 2
    const limit = new TimeLimit(200)
    expect(await limit.keep(sessions.commit(session))).toMatchObject({ outcome: 'saved' })
    latch.release()
    await second
  })

  test('does not wait when the others write a session of this id in another store', async () => {
    const { store, latch, second, cookie } = await line()
    const elsewhere = new LatchStore(memoryStore())
    const [record] = await store.records()
    if (record !== undefined) await elsewhere.create(`session:${record.id}`, record)
    const both = createSessions<Data>({
      secret: SECRET,
      store: { ...besideForeign(store, new Map()), for: (request) => (request as On).store },
    })
    const here = await both.open(cookie, { store })
    const there = await both.open(cookie, { store: elsewhere })
    const beside = await both.open(cookie, { store: elsewhere })
    latch.release()
    await second
    // Another turn in the store of the first, of these sessions.
    here['here'] = true
    const refused = store.holdAfter('replace')
    const committing = both.commit(here)
    await refused.reached
    const held = store.holdBefore('replace')
    refused.release()
    await held.reached
    there['there'] = true
    const limit = new TimeLimit(200)
    const writing = [both.commit(there), beside.update(add)]
    expect(await limit.keep(Promise.all(writing))).toMatchObject([{ outcome: 'saved' }, 1])
    expect(elsewhere.calls.replace).toBe(3)
    held.release()
    expect(await committing).toMatchObject({ outcome: 'saved' })
  })

  test('writes on top of what another process has written in between', async () => {
    const { store, second, latch, set, cookie, stored } = await line()
    const elsewhere = createSessions<Data>({ secret: SECRET, store })
    const waiting = [set(0), set(1)]
    await (await elsewhere.open(cookie)).update(add)
    latch.release()
    await Promise.all([second, ...waiting])
    expect(await stored()).toMatchObject({ n: 1, second: true, other0: true, other1: true })
  })

  test('lets another process in between, although that one always comes too late', async () => {
    const store = besideForeign(memoryStore(), new Map())
    const { cookie } = await begin(store)
    const [many, one] = [30, 1].map((count) => {
      return new Actor(store, async (stepped) => {
        const sessions = createSessions<Data>({ secret: SECRET, store: stepped })
        const requests = await openAll(sessions, cookie, count)
        await Promise.all(requests.map((session) => session.update(add)))
      })
    }) as [Actor, Actor]
    // All have read, and have tried once.
    await one.step()
    for (let steps = 0; steps < 60; steps++) await many.step()
    await one.step()
    let rounds = 0
    for (; !one.over && !many.over; rounds++) {
      await many.step()
      await one.step()
    }
    expect([one.over, many.over, rounds]).toEqual([true, false, 8])
    while (!many.over) await many.step()
  })

  test('sees nothing older than what it has read', async () => {
    const { second, latch, set, update, store, sessions, cookie } = await line({
      storeTimeoutMs: 200,
    })
    const [begun, enough] = [signal(), signal()]
    const waiting = [
      set(0),
      update(1, async (draft) => {
        begun.give()
        await enough.given
        return add(draft)
      }),
    ]
    latch.release()
    await begun.given
    const elsewhere = createSessions<Data>({ secret: SECRET, store })
    for (let count = 0; count < 12; count++) await (await elsewhere.open(cookie)).update(add)
    const late = await sessions.open(cookie)
    // What was stored last in this line is older by 12 writes.
    expect(await late.update((draft) => draft['n'])).toBe(12)
    enough.give()
    await Promise.all([second, ...waiting])
  })

  test('goes on when the write before fails, whether or not that was carried out', async () => {
    const { store, second, latch, set, update, stored } = await line()
    const waiting = [set(0), update(1, add), set(2)]
    await allAtRest()
    store.loseAnswer('replace', new Error('no answer'))
    const limit = new TimeLimit(200)
    latch.release()
    await expect(second).rejects.toThrow(StoreError)
    await limit.keep(Promise.all(waiting))
    expect(await stored()).toMatchObject({ second: true, n: 1, other0: true, other2: true })
  })

  test('is not shown what may never have been stored', async () => {
    const { store, second, latch, set, update } = await line()
    const failing = set(0)
    const waiting = update(1, (draft) => Object.keys(draft))
    await allAtRest()
    store.failNext('replace', new Error('not carried out'))
    latch.release()
    await second
    await expect(failing).rejects.toThrow(StoreError)
    expect(await waiting).toEqual(['n', 'first', 'second'])
  })

  test('goes on when what the write before is made of cannot be merged', async () => {
    const { second, latch, set, update, stored } = await line({
      merge: {
        first: () => {
          throw new Error('cannot decide')
        },
      },
    })
    const failing = update(0, () => {
      throw new Error('of no use')
    })
    const waiting = [set(1), set(2)]
    latch.release()
    await expect(failing).rejects.toThrow('of no use')
    await Promise.all([second, ...waiting])
    expect(await stored()).toMatchObject({ second: true, other1: true, other2: true })
  })

  test('is told that the session is gone when one of the others rotates', async () => {
    const seen: unknown[] = []
    const { second, latch, set, update, cookie, sessions } = await line({}, (session) =>
      session.rotate(),
    )
    const waiting = [set(0), set(1)]
    const updating = update(2, (draft) => {
      seen.push({ ...draft })
      add(draft)
    })
    latch.release()
    const rotated = cookieOf((await second).setCookie)
    expect(await Promise.all(waiting)).toEqual([{ outcome: 'gone' }, { outcome: 'gone' }])
    await expect(updating).rejects.toThrow(GoneError)
    expect(seen).toEqual([{ n: 0 }])
    expect(dataIn(await sessions.open(cookie))).toEqual({})
    expect(dataIn(await sessions.open(rotated))).toEqual({ n: 0, first: true })
  })

  test('is told that the session is gone when it ends meanwhile', async () => {
    const { store, sessions, cookie, second, latch, set, update } = await line()
    const waiting = [set(0), set(1)]
    const updating = update(2, add)
    const ending = await sessions.open(cookie)
    ending.invalidate()
    expect(await sessions.commit(ending)).toMatchObject({ outcome: 'destroyed' })
    latch.release()
    const gone = { outcome: 'gone' }
    expect(await Promise.all([second, ...waiting])).toEqual([gone, gone, gone])
    await expect(updating).rejects.toThrow(GoneError)
    expect(await store.records()).toEqual([])
  })

  test('that would end it, ends it at once', async () => {
    const { sessions, cookie, second, latch, tries } = await line()
    const ending = await sessions.open(cookie)
    ending['before'] = true
    ending.invalidate()
    expect(await sessions.commit(ending)).toMatchObject({ outcome: 'destroyed' })
    expect(tries()).toBe(0)
    latch.release()
    expect(await second).toEqual({ outcome: 'gone' })
  })

  test('does not wait for a function of update() that takes its time', async () => {
    const { second, latch, set, update, stored } = await line({ storeTimeoutMs: 200 })
    const [begun, enough] = [signal(), signal()]
    const slow = update(0, async (draft) => {
      begun.give()
      await enough.given
      return add(draft)
    })
    latch.release()
    await second
    await begun.given
    expect(await set(1)).toMatchObject({ outcome: 'saved' })
    expect(await set(2)).toMatchObject({ outcome: 'saved' })
    enough.give()
    expect(await slow).toBe(1)
    expect(await stored()).toMatchObject({ n: 1, other1: true, other2: true })
  })

  test('does not wait for a write that is never answered', async () => {
    const { second, set, update } = await line({ storeTimeoutMs: 200 })
    const failing = expect(second).rejects.toThrow('no answer within 200 ms')
    const waiting = [set(0), set(1), update(2, add)]
    expect(await Promise.all(waiting)).toEqual([{ outcome: 'saved' }, { outcome: 'saved' }, 1])
    await failing
  })
})

describe('a wait', () => {
  test('ends when the store answers nobody any more', async () => {
    const { store, second, others, set, update } = await line({ storeTimeoutMs: 100 })
    const limit = new TimeLimit(400)
    const waiting = [second, ...others.map((_, at) => (at % 2 > 0 ? set(at) : update(at, add)))]
    for (const _ of others) store.holdBefore('replace')
    const ends = await limit.keep(Promise.allSettled(waiting))
    expect(ends).toEqual(ends.map(() => ({ status: 'rejected', reason: expect.any(StoreError) })))
    // Without an end of its own, the turn of the last would come after 250 ms.
    const message = 'session store, replace: other requests kept writing this session for 100 ms'
    expect(ends.at(-1)).toMatchObject({ reason: { message } })
  })

  test('ends when another process writes all the time, and the next one is served', async () => {
    const store = besideForeign(memoryStore(), new Map())
    const elsewhere = createSessions<Data>({ secret: SECRET, store })
    let overtakes = true
    const overtaken: Store = {
      ...store,
      async replace(key, expected, record) {
        await atRest()
        if (overtakes) await (await elsewhere.open(cookie)).update(add)
        return store.replace(key, expected, record)
      },
    }
    const begun = await begin(overtaken, { storeTimeoutMs: 100 })
    const { sessions, cookie, stored } = begun
    const requests = await openAll(sessions, cookie, 4)
    const limit = new TimeLimit(1000)
    const ends = await limit.keep(
      Promise.allSettled(
        requests.map((session, at) => {
          session[`key${at}`] = true
          return sessions.commit(session)
        }),
      ),
    )
    overtakes = false
    const kept = 'other requests kept writing this session for 100 ms'
    for (const end of ends)
      expect(end).toMatchObject({ reason: { message: expect.stringContaining(kept) } })
    const next = await sessions.open(cookie)
    next['next'] = true
    expect(await sessions.commit(next)).toMatchObject({ outcome: 'saved' })
    expect(await stored()).toMatchObject({ next: true })
  })

  test('never begins among the writes of one request', async () => {
    const { second, latch, update, others, set, stored } = await line()
    const [session] = others as [Session<Data>]
    const limit = new TimeLimit(200)
    const waiting = update(0, async (draft) => {
      session['inner'] = true
      await session.save()
      add(draft)
    })
    const beside = [session.save(), session.update(add), set(1)]
    latch.release()
    await limit.keep(Promise.all([second, waiting, ...beside]))
    expect(await stored()).toMatchObject({ n: 2, inner: true, other1: true })
  })
})

describe('on Redis', () => {
  const redis = useRedis()

  test.each(COUNTS)('%i parallel changes are about twice as many commands', async (count) => {
    const store = await redis.connectedStore()
    const { sessions, cookie } = await begin(store, PATIENT)
    const requests = await openAll(sessions, cookie, count)
    const commands = await redis.commandsDuring(async () => {
      requests.forEach((session, at) => (session[`key${at}`] = at))
      await Promise.all(requests.map((session) => sessions.commit(session)))
    })
    expect(commands['set']).toBe(count)
    expect(commands['evalsha']).toBeLessThan(count + mostRefusals(count))
  })

  test('four connections count to 100, and lose nothing', async () => {
    const stores = await Promise.all(Array.from({ length: 4 }, () => redis.connectedStore()))
    const { cookie, stored } = await begin(stores[0] as Store)
    const each = stores.map((store) => createSessions<Data>({ secret: SECRET, store, ...PATIENT }))
    const requests = await Promise.all(each.map((of) => openAll(of, cookie, 25)))
    const commands = await redis.commandsDuring(async () => {
      await Promise.all(requests.flat().map((session) => session.update(add)))
    })
    expect(await stored()).toEqual({ n: 100 })
    expect(commands['evalsha']).toBeLessThan(100 * 8)
  })
})
