import { once } from 'node:events'
import { connect } from 'node:net'
import { type SessionRecord, expiryOf } from '../../src/record/record.ts'
import { recordBytes } from '../../test/support/record-bytes.ts'
import type { RedisServer } from '../../test/support/redis-server.ts'
import { encode } from '../../src/record/serialize.ts'

export const PER_PRINCIPAL = 10
const BATCH = 2000
const MONTH_MS = 30 * 86_400_000

export interface Filled {
  readonly bytesPerSession: number
  readonly bytesPerEntry: number
  readonly seconds: number
}

/** Writes what sign-ins leave, `PER_PRINCIPAL` sessions for each principal, and their lists. */
export async function fill(
  redis: RedisServer,
  principals: number,
  data: object = SMALL,
): Promise<Filled> {
  const began = performance.now()
  const text = encode(data)
  const now = Date.now()
  const count = principals * PER_PRINCIPAL
  const empty = await usedMemory(redis)
  await send(redis, count, (at) => {
    const record = recordOf(at, now, text)
    const value = recordBytes(record)
    return ['SET', `session:${record.id}`, value.toString(), 'PXAT', String(expiryOf(record))]
  })
  const withSessions = await usedMemory(redis)
  await send(redis, principals, (of) => {
    const members = Array.from({ length: PER_PRINCIPAL }, (_, nth) => {
      const { id, deadline, signedIn } = recordOf(of * PER_PRINCIPAL + nth, now, text)
      return [String(deadline), `${id}.${signedIn?.at}`]
    })
    return ['ZADD', `session:of:user-${of}`, ...members.flat()]
  })
  await send(redis, principals, (of) => [
    'PEXPIREAT',
    `session:of:user-${of}`,
    String(now + MONTH_MS),
  ])
  const whole = await usedMemory(redis)
  return {
    bytesPerSession: (withSessions - empty) / count,
    bytesPerEntry: (whole - withSessions) / count,
    seconds: (performance.now() - began) / 1000,
  }
}

const SMALL = { name: 'somebody', cart: ['tea', 'milk', 'sugar'] }

function recordOf(at: number, now: number, data: string): SessionRecord {
  const id = `${String(at).padStart(14, '0')}abcdefgh`
  const signedInAt = now - (at % PER_PRINCIPAL) - 60_000
  return {
    id,
    writes: [`${String(at).padStart(11, '0')}write`],
    familyHash: `${String(at).padStart(14, '0')}${'f'.repeat(29)}`,
    edition: 0,
    promotedAt: signedInAt,
    createdAt: signedInAt,
    touchedAt: now,
    timeoutMs: 86_400_000,
    touchIntervalMs: 60_000,
    deadline: now + MONTH_MS,
    persistent: false,
    csrfNonce: '',
    principal: `user-${Math.floor(at / PER_PRINCIPAL)}`,
    signedIn: { at: signedInAt, amr: [], address: null, userAgent: null },
    data,
    flash: undefined,
  }
}

/** Many commands, pipelined, over one connection. None may be refused. */
async function send(
  redis: RedisServer,
  count: number,
  commandOf: (at: number) => readonly string[],
): Promise<void> {
  const socket = connect(redis.socketPath)
  await once(socket, 'connect')
  const due = { answers: count }
  let refused = ''
  socket.on('data', (chunk: Buffer) => {
    const text = chunk.toString('latin1')
    if (text.includes('-ERR')) refused ||= text.slice(0, 200)
    for (const byte of chunk) if (byte === 10) due.answers -= 1
  })
  for (let at = 0; at < count; at += BATCH) {
    const batch: string[] = []
    for (let next = at; next < Math.min(count, at + BATCH); next++) {
      const command = commandOf(next)
      batch.push(`*${command.length}\r\n`)
      for (const part of command) batch.push(`$${Buffer.byteLength(part)}\r\n${part}\r\n`)
    }
    if (!socket.write(batch.join(''))) await once(socket, 'drain')
  }
  while (due.answers > 0) await once(socket, 'data')
  socket.destroy()
  if (refused !== '') throw new Error(refused)
}

export async function usedMemory(redis: RedisServer): Promise<number> {
  return Number(/used_memory:(\d+)/.exec(String(await redis.cli('info', 'memory')))?.[1])
}
