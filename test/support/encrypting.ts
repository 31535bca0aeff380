import { randomBytes } from 'node:crypto'
import { expect } from 'vitest'
import { encrypt } from '../../src/encrypt/encrypt.ts'
import type { SessionOptions } from '../../src/options/options.ts'
import type { Payload, SessionRecord } from '../../src/record/record.ts'
import { createSessions } from '../../src/sessions.ts'
import { type Store, isRecord } from '../../src/store/store.ts'
import { expectedOf, successor } from '../contract/records.ts'
import { type Data, type Pages, SECRET, dataIn, startApp } from './app.ts'
import type { Browser } from './browser-jar.ts'

export const CONTEXT = { id: 'nVDXwZ0iB3vHq7Jt2mSxkA', part: 'data', principal: 'ada' } as const

/** Marks that show wherever something was left unencrypted. */
export const DIAGNOSIS = 'stage-fright-of-the-patient'
export const MESSAGE = 'a-message-for-the-patient'

export function newKey(): string {
  return randomBytes(32).toString('base64url')
}

/** The id by which a payload names its key. */
export function keyIdIn(payload: Payload | undefined): string {
  if (!(payload instanceof Uint8Array)) throw new Error('this payload is not encrypted')
  return Buffer.from(payload).toString('hex', 1, 5)
}

export function keyIdOf(key: string): string {
  return keyIdIn(encrypt({ keys: [key] }).serialize({}, CONTEXT) as Payload)
}

const PAGES: Pages = {
  begin({ session }) {
    session['diagnosis'] = DIAGNOSIS
    session.pushFlash(MESSAGE)
    return session.id
  },
  set: ({ session, request }) => void Object.assign(session, request.query),
  timeout: ({ session }) => session.adjustTimeoutForSession(777),
  look: ({ session }) => [dataIn(session), session.peekFlash()],
}

export const SEEN = [{ diagnosis: DIAGNOSIS }, [MESSAGE]]
export const NOTHING_SEEN = [{}, []]

/** A server with these keys. */
export function startWith(
  store: Store,
  keys: readonly string[],
  pages: Pages = {},
  options: Partial<SessionOptions<Data>> = {},
) {
  const all = { secret: SECRET, store, ...encrypt({ keys }), ...options }
  return startApp(createSessions<Data>(all), { ...PAGES, ...pages })
}

export interface Patient {
  readonly browser: Browser
  readonly id: string
}

/** A visitor whose session holds a diagnosis and a message. */
export async function begin(app: { browser(): Browser }): Promise<Patient> {
  const browser = app.browser()
  return { browser, id: String((await browser.post('/begin')).json) }
}

export async function recordIn(store: Store, id: string): Promise<SessionRecord> {
  const record = await store.read(`session:${id}`)
  if (!isRecord(record)) throw new Error('there is no record')
  return record
}

/** Changes what is stored, as somebody can who may write to the store; gives what lay there. */
export async function tamper(
  store: Store,
  id: string,
  change: (record: SessionRecord) => Partial<SessionRecord>,
): Promise<SessionRecord> {
  const record = await recordIn(store, id)
  const { data, flash } = record
  const changed = successor(record, { data, flash, ...change(record) })
  const answer = await store.replace(`session:${id}`, expectedOf(record), changed)
  expect(answer.status).toBe('replaced')
  return record
}
