import { subscribe, unsubscribe } from 'node:diagnostics_channel'
import { onTestFinished } from 'vitest'
import type { SessionEvent, SessionEventMessage } from '../../src/events.ts'
import { EVENTS } from './event-names.ts'

export { EVENTS }

export interface CollectedEvents {
  /** Names and messages, in order. */
  readonly all: readonly (readonly [SessionEvent, SessionEventMessage])[]
  of(event: SessionEvent): SessionEventMessage[]
}

/** Every event from now to the end of the test. */
export function collect(): CollectedEvents {
  const all: [SessionEvent, SessionEventMessage][] = []
  for (const event of EVENTS) {
    const note = (message: unknown) => void all.push([event, message as SessionEventMessage])
    subscribe(`sojourn:${event}`, note)
    onTestFinished(() => void unsubscribe(`sojourn:${event}`, note))
  }
  return {
    all,
    of: (wanted) => all.filter(([event]) => event === wanted).map(([, message]) => message),
  }
}
