import { isDeepStrictEqual } from 'node:util'
import { StoreError } from '../../src/errors.ts'
import type { SessionRecord } from '../../src/record/record.ts'
import { parseRecord } from '../../src/record/record-format.ts'
import { recordBytes } from '../support/record-bytes.ts'
import { encode } from '../../src/record/serialize.ts'
import { type Sessions, createSessions } from '../../src/sessions.ts'
import { readAnswer } from '../../src/store/redis/replies.ts'
import type { Store } from '../../src/store/store.ts'
import { memoryStore } from '../../src/store/memory.ts'
import { isSame } from '../support/same.ts'
import { type Campaign, type Figure, FuzzFailure, type Run, Tally, casesOf } from './campaign.ts'
import { hashFamily } from '../../src/cookie/credential.ts'
import { type Known, NAME, NOW, SECRET } from './known-sessions.ts'
import { mutatedValue } from './mutated-values.ts'
import { endedIn, recordIn, utf8, valueIn } from './plain-reading.ts'
import { SEALING, type Sample, samplesFrom } from './sample-records.ts'

/*
 * A stored value is changed, and then read and opened with the cookie of the session it was. Taken
 * for something else means any of:
 *
 * 1. parseRecord gives a record of which a field is not what a second, plain reader of the format
 *    finds in the changed bytes, or gives one where that reader finds none;
 * 2. a session opens whose id is not the id in the cookie, or although the changed bytes hold a
 *    family that is not the SHA-256 of the cookie's, an edition that makes the cookie a replay
 *    (PROTOCOL.md rule 4), or an end that has passed;
 * 3. a session opens that shows data, flash messages, a principal, a sign-in, a timeout or an age
 *    other than those the plain reader finds in the changed bytes; so untouched fields are as they
 *    were. Or that a session was ended is told otherwise than as the bytes say.
 *
 * Of payloads that encrypt() sealed, none opens but those that were sealed, under the principal they
 * were sealed for.
 *
 * An exception is a crash, but for a StoreError where the value is of another session or of a
 * newer format.
 */
export const storedValues: Campaign = {
  name: 'stored-values',
  claim: 'a stored value that was changed is refused, or is exactly what it says; nothing crashes',
  full: 1_000_000,
  quick: 5000,
  run,
}

/** Default of option `renewalGrace`: 60 seconds. */
const GRACE_MS = 60_000

type Data = Record<string, unknown>

async function run(run: Run): Promise<Figure[]> {
  const samples = samplesFrom(run.seed)
  const tally = new Tally()
  const stages = { text: stageOf({}), bytes: stageOf(IN_BYTES), sealed: stageOf(SEALING) }
  for (const [at, random] of casesOf(run)) {
    const sample = random.oneOf(samples)
    const value = mutatedValue(sample, samples, random)
    try {
      const stage = stages[sample.kind]
      stage.lying.value = value
      tally.add(checkedReading(value))
      tally.add(await checkedOpening(stage, sample, value))
    } catch (error) {
      throw new FuzzFailure(run, at, String(error), value.toString('latin1'))
    }
  }
  return [...tally.figures, { what: 'taken for something else', value: '0' }]
}

interface Stage {
  /** The value under every key. */
  readonly lying: { value: Buffer }
  readonly sessions: Sessions<Data>
}

function stageOf(serializer: object): Stage {
  const lying = { value: Buffer.alloc(0) }
  const answers: Pick<Store, 'now' | 'read' | 'touch'> = {
    now: () => NOW,
    read: async () => readAnswer(lying.value),
    touch: async () => ({ status: 'gone' }),
  }
  const store = Object.assign(memoryStore(), answers)
  const options = { secret: SECRET, store, cookie: { name: NAME }, ...serializer }
  return { lying, sessions: createSessions<Data>(options) }
}

/** An application's own serializer, as strict as it should be. */
const IN_BYTES = {
  serialize: (data: object) => Buffer.from(JSON.stringify(data)),
  deserialize: bytesIn,
}

function bytesIn(stored: string | Uint8Array): object {
  if (typeof stored === 'string') throw new TypeError('bytes were stored')
  return JSON.parse(utf8(stored)) as object
}

function checkedReading(value: Buffer): string {
  const parsed = parseRecord(value)
  if (parsed === 'newer') {
    check(/^sojourn(?!0*1\b)\d+[ \n]/.test(value.toString('latin1')), 'it is not of a newer format')
    return 'read: of a newer format'
  }
  if (parsed === 'undecodable') return 'read: refused'
  const right = recordIn(value)
  check(right !== undefined, 'it was read as a record')
  check(isDeepStrictEqual(parsed, right), `it was read as ${JSON.stringify(parsed)}`)
  const again = parseRecord(recordBytes(parsed))
  check(JSON.stringify(again) === JSON.stringify(parsed), 'written again it is read otherwise')
  return 'read: as it says'
}

async function checkedOpening({ sessions }: Stage, sample: Sample, value: Buffer): Promise<string> {
  const parsed = parseRecord(value)
  const { known } = sample
  const { id } = known.record
  try {
    const session = await sessions.open(`${NAME}=${known.value}`)
    if (session.isNew) {
      check(session.id !== id && Object.keys(session).length === 0, 'an unknown session has data')
      return checkedEnd(session.ended, endedIn(value))
    }
    check(typeof parsed === 'object' && parsed.id === id, `it opened session ${session.id}`)
    const record = parsed
    checkCredential(known, record)
    check(session.id === id, `the session says it is ${session.id}`)
    check(session.principal === record.principal, 'another principal')
    check(session.signedInAt?.getTime() === record.signedIn?.at, 'another sign-in')
    check(isSame([...session.amr], record.signedIn?.amr ?? []), 'another kind of sign-in')
    check(session.createdAt.getTime() === record.createdAt, 'another age')
    check(session.timeout === record.timeoutMs / 1000, 'another timeout')
    const data = dataIn(record, 'data', sample)
    check(isSame({ ...session }, data), `its data are ${encode({ ...session })}`)
    checkFlash(session, record, sample)
    return value.equals(sample.value) ? 'opened: as it was' : 'opened: as the changed bytes say'
  } catch (error) {
    if (!(error instanceof StoreError)) throw error
    const theirs = typeof parsed === 'object' ? parsed.id : endedIn(value)?.id
    const foreign = theirs === undefined ? parsed === 'newer' : theirs !== id
    check(foreign, `open() threw ${String(error)}`)
    return 'opened: a StoreError, as it is of another session or a newer format'
  }
}

function checkedEnd(
  seen: { readonly reason: string; readonly at: Date } | null,
  right: ReturnType<typeof endedIn>,
): string {
  check(seen?.reason === right?.reason && seen?.at.getTime() === right?.at, 'another end')
  return seen === null ? 'opened: nothing' : 'opened: nothing, and the end that the bytes say'
}

function checkCredential({ family, record: { edition } }: Known, record: SessionRecord): void {
  check(record.familyHash === hashFamily(family), 'the family is another')
  const behind = record.edition - edition
  const inGrace = behind === 1 && NOW < record.promotedAt + GRACE_MS
  check(behind <= 0 || inGrace, 'the cookie is a replay')
  const idle = record.touchedAt + record.timeoutMs + record.touchIntervalMs
  check(Math.min(idle, record.deadline ?? idle) > NOW, 'it has expired')
}

/** A top-level `undefined` is a deletion. */
function dataIn(record: SessionRecord, part: 'data' | 'flash', sample: Sample): Data {
  const data = Object.entries(payloadIn(record, part, sample) as Data)
  return Object.fromEntries(data.filter(([, value]) => value !== undefined))
}

function payloadIn(record: SessionRecord, part: 'data' | 'flash', sample: Sample): unknown {
  const payload = record[part] as string | Uint8Array
  if (sample.kind === 'text') return valueIn(payload as string)
  if (sample.kind === 'bytes') return bytesIn(payload)
  const own = sample.known.record
  check(isDeepStrictEqual(payload, own[part]), 'what was sealed was changed')
  check(record.principal === own.principal, 'it was sealed for another principal')
  return valueIn(sample.plain[part] as string)
}

function checkFlash(
  session: Awaited<ReturnType<Stage['sessions']['open']>>,
  record: SessionRecord,
  sample: Sample,
): void {
  const { flash = [] } = record.flash === undefined ? {} : dataIn(record, 'flash', sample)
  const entries = flash as [id: string, queue: string, message: unknown][]
  for (const queue of ['', ...entries.map(([, queue]) => queue)]) {
    const right = entries.filter(([, other]) => other === queue).map(([, , message]) => message)
    check(isSame(session.peekFlash(queue), right), 'other flash messages')
  }
}

function check(holds: boolean, problem: string): asserts holds {
  if (!holds) throw new Error(problem)
}
