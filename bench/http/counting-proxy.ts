import type { Socket } from 'node:net'
import { type Relay, startRelay } from '../relay.ts'

/** What went through since the last count. */
export interface Traffic {
  /** Commands as the client sent them; what a script calls inside Redis is not among them. */
  readonly commands: ReadonlyMap<string, number>
  /** How often the client sent something after it had received something: see below. */
  readonly roundTrips: number
}

export interface CountingProxy extends Relay {
  /** Counts anew from here, and answers what was counted until now. */
  take(): Traffic
}

/**
 * Stands between one client and Redis. Commands a client sends without waiting for a reply in
 * between share a round trip, so a round trip is counted where the direction turns: bytes to
 * Redis that are the first, or the first after bytes from Redis.
 */
export async function startCountingProxy(redisPort: number): Promise<CountingProxy> {
  let commands = new Map<string, number>()
  let roundTrips = 0

  function count(client: Socket, redis: Socket): void {
    const countCommands = commandCounter((name) =>
      commands.set(name, (commands.get(name) ?? 0) + 1),
    )
    let waiting = false
    client.on('data', (chunk: Buffer) => {
      if (!waiting) roundTrips++
      waiting = true
      countCommands(chunk)
      redis.write(chunk)
    })
    redis.on('data', (chunk: Buffer) => {
      waiting = false
      client.write(chunk)
    })
  }
  const relay = await startRelay(redisPort, count)
  return {
    ...relay,
    take() {
      const traffic = { commands, roundTrips }
      commands = new Map()
      roundTrips = 0
      return traffic
    },
  }
}

/** Reads requests in RESP, arrays of bulk strings, and names the first string of each. */
function commandCounter(found: (name: string) => void): (chunk: Buffer) => void {
  let rest = ''
  return (chunk) => {
    rest += chunk.toString('latin1')
    for (let end = endOfCommand(rest); end !== -1; end = endOfCommand(rest)) {
      found((rest.slice(0, end).split('\r\n', 3)[2] as string).toUpperCase())
      rest = rest.slice(end)
    }
  }
}

/** Where the first command ends, or -1 while it is not all there. */
function endOfCommand(text: string): number {
  const line = text.indexOf('\r\n')
  if (line === -1) return -1
  let at = line + 2
  for (let left = Number(text.slice(1, line)); left > 0; left--) {
    const size = text.indexOf('\r\n', at)
    if (size === -1) return -1
    at = size + 2 + Number(text.slice(at + 1, size)) + 2
  }
  return at <= text.length ? at : -1
}
