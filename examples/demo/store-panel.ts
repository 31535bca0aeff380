import type { Session } from 'sojourn'
import { PREFIX } from './session.ts'
import type { ShopStore } from './store.ts'

/** One field of the stored header, with what it says. */
export interface Field {
  readonly name: string
  readonly value: string
  readonly meaning: string
}

/** What the panel "in the store" shows. `nothing`: a visitor, of whom the shop keeps no record. */
export type PanelView =
  | { readonly state: 'nothing' | 'unanswered'; readonly storeName: string }
  | {
      readonly state: 'record'
      readonly storeName: string
      readonly storeNote: string
      readonly key: string
      readonly ttlMs: number
      readonly header: string
      readonly fields: readonly Field[]
      readonly data: string
      readonly flash: string
    }

/** Reads the stored record of a session. None of it can be turned into a cookie. */
export async function lookInStore(session: Session, shop: ShopStore): Promise<PanelView> {
  const storeName = shop.name
  // Now, and not after the page: what the panel shows is then what this very page has left behind.
  await session.save()
  const key = PREFIX + session.id
  const stored = session.isNew ? undefined : await shop.look(key).catch(() => 'unanswered' as const)
  if (stored === undefined) return { state: 'nothing', storeName }
  if (stored === 'unanswered') return { state: 'unanswered', storeName }
  const end = stored.text.indexOf('\n')
  const header = stored.text.slice(0, end)
  const payload = splitPayload(stored.text.slice(end + 1), header)
  const { ttlMs } = stored
  return {
    state: 'record',
    storeName,
    storeNote: shop.note,
    key,
    ttlMs,
    header,
    ...payload,
    fields: explain(header),
  }
}

/** Behind the header come the data and then, when there are any, the flash messages. */
function splitPayload(payload: string, header: string): { data: string; flash: string } {
  const flashBytes = Number(/,text:(\d+)$/.exec(header)?.[1] ?? 0)
  const bytes = Buffer.from(payload)
  const split = bytes.length - flashBytes
  return { data: bytes.toString('utf8', 0, split), flash: bytes.toString('utf8', split) }
}

/** The header's fields in their order. */
function explain(header: string): Field[] {
  const values = header.split(' ')
  const createdAt = Number(values[6])
  return meanings.map(([name, meaningOf], index) => {
    const value = values[index] ?? ''
    return { name, value, meaning: meaningOf(value, createdAt) }
  })
}

type Meaning = (value: string, createdAt: number) => string

const meanings: readonly (readonly [name: string, meaningOf: Meaning])[] = [
  ['format', () => 'The format of this record and its version.'],
  ['id', () => 'The public handle of the session. Safe to log: it opens nothing.'],
  [
    'writes',
    (value) => `Random ids of the latest ${value.split(',').length} writes, newest first.`,
  ],
  ['family', () => 'SHA-256 of a secret that only the cookie holds. rotate() changes it.'],
  ['edition', () => 'Counts renewals of the cookie.'],
  ['promoted', (value) => `That edition came ${seconds(value)} after the beginning.`],
  ['created', (value) => `Begun at ${clock(Number(value))}.`],
  [
    'touched',
    (value, at) => `Last activity ${seconds(value)} later, at ${clock(at + Number(value))}.`,
  ],
  ['idle', (value) => idleMeaning(value)],
  [
    'deadline',
    (value) =>
      value === '-' ? 'No absolute end.' : `Ends ${days(value)} after the beginning at the latest.`,
  ],
  [
    'persistence',
    (value) =>
      value === '-' ? 'The cookie ends with the browser.' : 'The cookie outlives the browser.',
  ],
  [
    'csrf',
    (value) => (value === '-' ? 'The CSRF token was never renewed.' : 'Renews the CSRF token.'),
  ],
  ['principal', () => 'The shop does not use this field.'],
  ['kinds', (value) => kindsMeaning(value)],
]

function idleMeaning(value: string): string {
  const [timeout = '', interval = ''] = value.split('+')
  return `May be idle for ${timeout} s; activity may be noted up to ${interval} s late.`
}

function kindsMeaning(value: string): string {
  const flashBytes = /:(\d+)$/.exec(value)?.[1]
  if (flashBytes === undefined) return 'What follows is text: the data.'
  return `What follows is text: the data, then ${flashBytes} bytes of flash messages.`
}

function seconds(milliseconds: string): string {
  return `${(Number(milliseconds) / 1000).toFixed(1)} s`
}

function days(milliseconds: string): string {
  return `${Math.round(Number(milliseconds) / 86_400_000)} days`
}

function clock(at: number): string {
  return `${new Date(at).toISOString().slice(11, 19)} UTC`
}
