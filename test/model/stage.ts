import { createSeal } from '../../src/cookie/credential.ts'
import { DEFAULTS } from '../../src/options/limits.ts'
import type { SessionRecord } from '../../src/record/record.ts'
import { createSessions } from '../../src/sessions.ts'
import { memoryStore } from '../../src/store/memory.ts'
import type { Store } from '../../src/store/store.ts'
import { signedIn } from '../../src/testing/signed-in.ts'
import { type Data, type DataSessions, SECRET } from '../support/app.ts'
import { byClock } from '../support/timed.ts'
import type { Scenario, Start } from './scenario.ts'

/** Far ahead of any real clock, so that a Redis never forgets a key by itself. */
export const BEGIN = 4_000_000_000_000
const AGE_MS = 20_000
const SECOND = `${SECRET}, the second one`

/** What all runs of a scenario share: the sessions of two nodes, and how it begins. */
export interface Stage {
  readonly scenario: Scenario
  /** Milliseconds since the epoch, for every store and node. */
  readonly clock: { now: number }
  readonly nodes: Readonly<Record<'first' | 'second', DataSessions>>
  readonly record: SessionRecord | undefined
  readonly prefix: string
  /** The stored session's, and where it lies. */
  readonly id: string
  readonly key: string
  /** The cookie of the stored session, or of one that has ended: `name=value`. */
  readonly cookie: string
  /** The successor of that cookie. */
  readonly successor: string
}

/** Every request says which store it uses: a node's stepped way to the one there is. */
export interface OnStore {
  readonly store: Store
}

export async function makeStage(scenario: Scenario): Promise<Stage> {
  const clock = { now: BEGIN - AGE_MS }
  const nodes = {
    first: sessionsOf(scenario, clock, [SECRET, SECOND]),
    second: sessionsOf(scenario, clock, [SECOND, SECRET]),
  }
  const store = memoryStore({ now: () => clock.now })
  const { start, timing } = scenario
  const header = await signedIn(nodes.first, start?.data ?? {}, {
    timeout: start?.timeout ?? timing.timeout,
    principal: start?.principal,
    request: { store },
  })
  const cookie = header.split('; ').find((pair) => pair.startsWith('__Host-')) ?? header
  const [name = '', value = ''] = cookie.split('=')
  const [id = '', family = ''] = value.split('.')
  const successor = createSeal([SECRET], DEFAULTS.prefix).write(name, { id, family, edition: 1 })
  const key = DEFAULTS.prefix + id
  if (start?.flash !== undefined) await pushFlash(nodes.first, cookie, store, start.flash)
  const stored = (await store.read(key)) as SessionRecord
  const record = start === null ? undefined : begin(stored, start, scenario)
  const { prefix } = DEFAULTS
  return {
    scenario,
    clock,
    nodes,
    record,
    prefix,
    id,
    key,
    cookie,
    successor: `${name}=${successor}`,
  }
}

function sessionsOf({ timing, oneId }: Scenario, clock: { now: number }, secret: string[]) {
  const { maxAge, ...timeouts } = timing
  return createSessions<Data>({
    secret,
    store: {
      ...byClock(memoryStore(), clock),
      for: (request) => (request as OnStore).store,
    },
    storeTimeoutMs: 60_000,
    ...timeouts,
    cookie: { maxAge },
    ...(oneId && { idGenerator: () => 'one-id-for-all-of-them' }),
  })
}

async function pushFlash(
  sessions: DataSessions,
  cookie: string,
  store: Store,
  message: string,
): Promise<void> {
  const session = await sessions.open(cookie, { store })
  session.pushFlash(message)
  await sessions.commit(session)
}

function begin(record: SessionRecord, start: Start, { timing }: Scenario): SessionRecord {
  return {
    ...record,
    promotedAt: BEGIN + 1000 * (start.promoted ?? 0),
    touchedAt: BEGIN + 1000 * (start.touched ?? 0),
    deadline: BEGIN + 1000 * timing.absoluteTimeout,
  }
}
