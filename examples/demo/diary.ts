import { subscribe } from 'node:diagnostics_channel'
import type { SessionEvent, SessionEventMessage } from 'sojourn'

/** Sessions whose events are kept, and how many of each. */
const SESSIONS_KEPT = 200
const EVENTS_KEPT = 8

const EVENTS = [
  'opened',
  'created',
  'saved',
  'conflict',
  'signedIn',
  'destroyed',
  'gone',
] as const satisfies readonly SessionEvent[]

export interface Entry {
  readonly event: SessionEvent
  readonly at: Date
}

const entries = new Map<string, Entry[]>()
const endedIds = new WeakMap<object, string>()

/** Writes down what the library says that it does, for the panels on the page. */
export function keepDiary(): void {
  for (const event of EVENTS) {
    subscribe(`sojourn:${event}`, (message) => {
      const { id } = message as SessionEventMessage
      if (id !== undefined) note(id, { event, at: new Date() })
    })
  }
  subscribe('sojourn:rejected', (message) => {
    const { id, reason, request } = message as SessionEventMessage
    const known = id !== undefined && typeof request === 'object' && request !== null
    if (reason === 'ended' && known) endedIds.set(request, id)
  })
}

/** What happened to a session in this process, the latest first. */
export function diaryOf(id: string): readonly Entry[] {
  return entries.get(id) ?? []
}

/** The session that the request's cookie was for, where somebody ended it. */
export function endedIdOf(request: object): string | undefined {
  return endedIds.get(request)
}

function note(id: string, entry: Entry): void {
  const kept = [entry, ...diaryOf(id)].slice(0, EVENTS_KEPT)
  // Deleted first, so that the session written about last stands last.
  entries.delete(id)
  entries.set(id, kept)
  const [oldest] = entries.keys()
  if (entries.size > SESSIONS_KEPT && oldest !== undefined) entries.delete(oldest)
}
