import { storeFailure } from './failure.ts'
import type { RedisClient } from './port.ts'

/** How long a close waits for commands in flight. */
export const LONGEST_CLOSE_MS = 1000

/**
 * A client this library made, of whichever package is installed. `close()` ends its connection,
 * also one that is still being made; commands in flight get a second to end.
 */
export type OwnRedisClient = RedisClient & { close(): Promise<void> }

/** A client that has begun to connect. */
export interface Opened {
  readonly client: OwnRedisClient
  /** Resolves when the first attempt has ended, one way or the other. */
  readonly attempted: Promise<void>
}

export interface Emitter {
  on(event: string, listener: (error: unknown) => void): unknown
}

/** Resolves at the first of these events. */
export async function firstOf(emitter: Emitter, ...events: string[]): Promise<void> {
  await new Promise<void>((resolve) => {
    for (const event of events) emitter.on(event, () => resolve())
  })
}

/** Waits for the work to end, one way or the other, for so long at most. */
export async function atMost(limitMs: number, work: Promise<unknown>): Promise<void> {
  let timer: NodeJS.Timeout | undefined
  const limit = new Promise((resolve) => {
    timer = setTimeout(resolve, limitMs)
  })
  await Promise.race([work.catch(() => {}), limit])
  clearTimeout(timer)
}

/**
 * Listens to the failures of a client; without a listener the first one would end the process.
 * Operations report failures on their own, but those that wait for a connection only know that
 * they waited. So the reason is told as a process warning, once per outage.
 */
export function tellOutages(client: Emitter, isClosing: () => boolean): void {
  let told = false
  client.on('error', (error) => {
    if (told || isClosing()) return
    told = true
    const { message } = storeFailure('client', error)
    process.emitWarning(message, { type: 'SojournWarning', code: 'SOJOURN_REDIS' })
  })
  client.on('ready', () => {
    told = false
  })
}
