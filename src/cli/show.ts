import { inspect } from 'node:util'
import { decodeData } from '../record/codec.ts'
import { type Payload, type SessionRecord, expiryOf } from '../record/record.ts'
import { unpackFlash } from '../session/flash.ts'
import type { Arguments } from './arguments.ts'
import { readKey } from './scan.ts'
import type { Result, Task } from './task.ts'
import { clean, count, duration, instant, iso } from '../words.ts'

/** What a value under the key that is no session is. */
const NOT_SHOWN = {
  absent: 'there is no such session: it has ended, or there never was one',
  newer: 'it was written by a later version of this library',
  foreign: 'what lies under its key is no session of this format',
  list: 'what lies under its key is a list',
}

const UNREADABLE =
  'not readable here: encrypted, or written by another serializer than the built-in one'

/** One session: its header in words; its data only when they were asked for. */
export function show({ ids, options }: Arguments): (task: Task) => Promise<Result> {
  const [id = ''] = ids
  return (task) => showOne(task, id, options.data === true)
}

async function showOne(
  { redis, prefix, now }: Task,
  id: string,
  withData: boolean,
): Promise<Result> {
  const found = await readKey(redis, id, prefix)
  if (found?.kind === 'ended') {
    const { reason, at } = found.tombstone.ended
    return {
      text: lines([
        ['session', clean(id)],
        ['ended', `${instant(at)}: ${clean(reason)}`],
      ]),
      json: { id, ended: { reason, at: iso(at) } },
      code: 0,
    }
  }
  if (found?.kind !== 'session') {
    const kind = found?.kind ?? 'absent'
    return { text: `${clean(id)}: ${NOT_SHOWN[kind]}\n`, json: { id, found: kind }, code: 1 }
  }
  const { record, bytes } = found
  const contents = withData ? contentsOf(record) : undefined
  return {
    text: lines(header(record, bytes, now)) + (contents?.text ?? ''),
    json: { ...headerJson(record, bytes), ...contents?.json },
    code: 0,
  }
}

type Line = readonly [name: string, says: string]

function header(record: SessionRecord, bytes: number, now: number): Line[] {
  const { timeoutMs, touchIntervalMs, deadline, data, flash } = record
  const idle = `${count(timeoutMs / 1000, 'second')} without activity`
  const parts = `data as ${kindOf(data)}, ${flash === undefined ? 'no' : 'with'} flash messages`
  return [
    ['session', record.id],
    ...identity(record),
    ['created', `${instant(record.createdAt)}, ${duration(now - record.createdAt)} ago`],
    ['last active', `${instant(record.touchedAt)}, ${duration(now - record.touchedAt)} ago`],
    ['timeout', `${idle}, noted up to ${count(touchIntervalMs / 1000, 'second')} late`],
    [
      'ends',
      `${instant(expiryOf(record))}, in ${duration(expiryOf(record) - now)}, if nothing happens`,
    ],
    ['at last', deadline === null ? 'never, while it is used' : instant(deadline)],
    [
      'cookie',
      `${record.persistent ? 'kept' : 'gone'} when the browser closes, ${renewals(record)}`,
    ],
    ['stored', `${count(bytes, 'byte')}: ${parts}`],
  ]
}

function identity({ principal, signedIn }: SessionRecord): Line[] {
  const lines: Line[] = [['principal', principal === null ? 'nobody' : clean(principal)]]
  if (signedIn === null) return lines
  const { at, amr, address, userAgent } = signedIn
  const how = amr.length === 0 ? '' : ` by ${clean(amr.join(', '))}`
  lines.push(['signed in', instant(at) + how])
  if (address !== null) lines.push(['address', clean(address)])
  if (userAgent !== null) lines.push(['user agent', clean(userAgent)])
  return lines
}

function renewals({ edition, promotedAt }: SessionRecord): string {
  if (edition === 0) return 'not renewed since it was made'
  return `renewed ${count(edition, 'time')}, last ${instant(promotedAt)}`
}

function kindOf(payload: Payload): string {
  return typeof payload === 'string' ? 'text' : 'bytes'
}

/** The parts of a record that are nobody's secret: no hash, no nonce, no write ids. */
function headerJson(record: SessionRecord, bytes: number): object {
  const { id, principal, signedIn, createdAt, touchedAt, deadline, persistent, edition } = record
  return {
    id,
    principal,
    signedIn: signedIn === null ? null : { ...signedIn, at: iso(signedIn.at) },
    createdAt: iso(createdAt),
    lastActiveAt: iso(touchedAt),
    timeoutSeconds: record.timeoutMs / 1000,
    touchIntervalSeconds: record.touchIntervalMs / 1000,
    expiresAt: iso(expiryOf(record)),
    absoluteEnd: deadline === null ? null : iso(deadline),
    persistent,
    renewals: edition,
    bytes,
    dataKind: kindOf(record.data),
    hasFlash: record.flash !== undefined,
  }
}

/** Decoded by the built-in serializer only. JSON gets the data as they are stored. */
function contentsOf({ data, flash }: SessionRecord): { text: string; json: object } {
  try {
    const decoded = decodeData(data)
    const messages = flash === undefined ? [] : unpackFlash(decodeData(flash))
    const flashes = messages.map(({ queue, message }) => ({ queue, message }))
    return {
      text: `data ${show1(decoded)}\n${flashes.length === 0 ? '' : `flash ${show1(flashes)}\n`}`,
      json: { data: JSON.parse(String(data)), flash: flashes },
    }
  } catch {
    return { text: lines([['data', UNREADABLE]]), json: { unreadable: UNREADABLE } }
  }
}

/** inspect() writes control characters in text as escapes, but not those that turn text round. */
function show1(value: unknown): string {
  const shown = inspect(value, {
    depth: null,
    maxArrayLength: null,
    maxStringLength: null,
    breakLength: 80,
  })
  return shown.split('\n').map(clean).join('\n')
}

function lines(all: readonly Line[]): string {
  return all.map(([name, says]) => `${name.padEnd(12)} ${says}\n`).join('')
}
