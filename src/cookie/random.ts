import { randomFillSync } from 'node:crypto'

const pool = Buffer.allocUnsafeSlow(2048)
let used = pool.length

/** Random bytes in base64url, from a pool: one call of the system's generator serves many ids. */
export function randomText(bytes: number): string {
  if (used + bytes > pool.length) {
    randomFillSync(pool)
    used = 0
  }
  const text = pool.toString('base64url', used, used + bytes)
  pool.fill(0, used, used + bytes)
  used += bytes
  return text
}

/** 128 random bits: ids and families. */
export function randomId(): string {
  return randomText(16)
}

/** 48 random bits: enough to be unique among the few writes a record remembers. */
export function randomWriteId(): string {
  return randomText(6)
}

/** By its first character a touch is told from a write that moves data. */
export function randomTouchId(): string {
  return `~${randomText(6)}`
}
