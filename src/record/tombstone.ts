/**
 * What lies for a while in the place of a session that somebody ended, so that its owner can be
 * told why. It is no record: every operation of a store answers that the session is gone.
 */
export interface Tombstone {
  readonly id: string
  readonly ended: Ended
}

export interface Ended {
  /** The application's own word or sentence, for example `password changed`. */
  readonly reason: string
  /** Milliseconds since the epoch, by the store's clock. */
  readonly at: number
}

const TOMBSTONE = /^sojourn1-ended ([\w-]{1,128}) (\d{1,15}) ([\w.!~*'()%-]*)\n[\w-]{0,64}$/

/**
 * `sojourn1-ended id at reason`, the reason percent-encoded, and a line break. Where it has ended a
 * session, the write id of that end follows, by which the end is known when it is executed again.
 */
export function formatTombstone({ id, ended }: Tombstone): string {
  return `sojourn1-ended ${id} ${ended.at} ${encodeURIComponent(ended.reason)}\n`
}

export function parseTombstone(value: Buffer): Tombstone | undefined {
  const parts = TOMBSTONE.exec(value.toString('latin1'))
  if (parts === null) return undefined
  const [, id = '', at, reason = ''] = parts
  try {
    return { id, ended: { reason: decodeURIComponent(reason), at: Number(at) } }
  } catch {
    return undefined
  }
}
