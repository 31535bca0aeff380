import { storedIn } from '../record/codec.ts'
import { publish } from '../events.ts'
import type { SessionRecord } from '../record/record.ts'
import { Base, viewOf } from '../session/base.ts'
import type { Data } from '../session/changes.ts'
import type { FlashEntry } from '../session/flash.ts'
import type { SessionState } from '../session/state.ts'
import type { Engine } from './engine.ts'
import { readData, readFlash } from './payload.ts'

export interface Contents {
  readonly data: Data
  readonly base: Base
}

/** What cannot be decoded is no session; it is left as it lies. Most records need no promise. */
export function decode(
  engine: Engine,
  record: SessionRecord,
): Contents | 'undecodable' | Promise<Contents | 'undecodable'> {
  const { builtIn } = engine.policy.serializer
  if (!builtIn || record.flash !== undefined) return decodeSlowly(engine, record)
  try {
    return contentsOf(record, [])
  } catch {
    return 'undecodable'
  }
}

async function decodeSlowly(
  engine: Engine,
  record: SessionRecord,
): Promise<Contents | 'undecodable'> {
  try {
    const { builtIn } = engine.policy.serializer
    const flash = await readFlash(engine, record)
    if (builtIn) return contentsOf(record, flash)
    const data = await readData(engine, record)
    return { data, base: new Base(record, flash, viewOf(data), true) }
  } catch {
    return 'undecodable'
  }
}

/** Of what the built-in serializer stored. */
function contentsOf(record: SessionRecord, flash: readonly FlashEntry[]): Contents {
  const { data, memo } = storedIn(record)
  const view = { text: record.data as string, keys: Object.keys(data), memo }
  return { data, base: new Base(record, flash, view, true) }
}

/**
 * What another request has written meanwhile. Where it cannot be decoded, with a key that this
 * server does not have yet for example, the session is lost to this request as it would be to the
 * next one.
 */
export async function decodeTheirs(
  engine: Engine,
  state: SessionState,
  record: SessionRecord,
): Promise<Contents | 'gone'> {
  const contents = await decode(engine, record)
  if (contents !== 'undecodable') return contents
  publish('rejected', { id: record.id, reason: contents, request: state.visit.request })
  return state.lose()
}
