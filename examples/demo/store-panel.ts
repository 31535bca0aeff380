import type { Session } from 'sojourn'
import { type Field, explain } from './header-fields.ts'
import { PREFIX } from './session.ts'
import type { ShopStore, Stored } from './store.ts'

/** A session's record. */
export interface RecordView {
  readonly state: 'record'
  readonly key: string
  readonly ttlMs: number
  readonly header: string
  readonly fields: readonly Field[]
  readonly data: string
  readonly flash: string
  /** Of who is signed in: the list of their sessions. */
  readonly list: { readonly key: string; readonly members: readonly string[] } | undefined
}

/** What lies for a while in the place of a session that somebody ended. */
export interface TombstoneView {
  readonly state: 'tombstone'
  readonly key: string
  readonly ttlMs: number
  readonly text: string
}

/** What the panel "in the store" shows. `nothing`: a visitor, of whom the shop keeps no record. */
export type PanelView = { readonly storeName: string; readonly storeNote: string } & (
  | { readonly state: 'nothing' | 'unanswered' }
  | RecordView
  | TombstoneView
)

/**
 * Reads what is stored for a session, or in the place of the one that `endedId` was. None of it can
 * be turned into a cookie.
 */
export async function lookInStore(
  session: Session,
  endedId: string | undefined,
  shop: ShopStore,
): Promise<PanelView> {
  const where = { storeName: shop.name, storeNote: shop.note }
  // Now, and not after the page: what the panel shows is then what this very page has left behind.
  await session.save()
  const id = session.isNew ? endedId : session.id
  if (id === undefined) return { ...where, state: 'nothing' }
  const key = PREFIX + id
  try {
    const stored = await shop.look(key)
    if (stored === undefined) return { ...where, state: 'nothing' }
    if (session.isNew) return { ...where, state: 'tombstone', key, ...stored }
    return { ...where, ...recordView(key, stored), list: await lookAtList(session, shop) }
  } catch {
    return { ...where, state: 'unanswered' }
  }
}

function recordView(key: string, { text, ttlMs }: Stored): Omit<RecordView, 'list'> {
  const end = text.indexOf('\n')
  const header = text.slice(0, end)
  const payload = splitPayload(text.slice(end + 1), header)
  return { state: 'record', key, ttlMs, header, ...payload, fields: explain(header) }
}

async function lookAtList({ principal }: Session, shop: ShopStore): Promise<RecordView['list']> {
  if (principal === null) return undefined
  const key = `${PREFIX}of:${principal}`
  return { key, members: await shop.lookAtList(key) }
}

/** Behind the header come the data and then, when there are any, the flash messages. */
function splitPayload(payload: string, header: string): { data: string; flash: string } {
  const flashBytes = Number(/,text:(\d+)$/.exec(header)?.[1] ?? 0)
  const bytes = Buffer.from(payload)
  const split = bytes.length - flashBytes
  return { data: bytes.toString('utf8', 0, split), flash: bytes.toString('utf8', split) }
}
