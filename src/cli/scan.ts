import { type Found, SCAN_STEP, found, scanServer, unlessWrongType } from '../store/redis/scan.ts'
import type { Redis } from './nodes.ts'

/**
 * Looks at everything under the prefix, on every master. What is created or ends meanwhile may be
 * found or not.
 */
export async function* scan(
  redis: Redis,
  prefix: string,
  looked: (keys: number, ofAll: number) => void,
): AsyncGenerator<Found> {
  const sizes = await Promise.all(redis.masters.map((node) => node.send('dbsize').then(Number)))
  const all = sizes.reduce((sum, size) => sum + size, 0)
  let keys = 0
  for (const node of redis.masters) {
    const server = {
      prefix,
      scan: (...args: string[]) => node.send('scan', ...args),
      get: (id: string) => redis.send(['get', prefix + id], node),
    }
    for await (const step of scanServer(server)) {
      keys += SCAN_STEP
      looked(Math.min(keys, all), all)
      yield* step
    }
  }
}

/** What lies under the key with this id; `undefined` for nothing. */
export async function readKey(
  redis: Redis,
  id: string,
  prefix: string,
): Promise<Found | undefined> {
  return found(id, await redis.send(['get', prefix + id]).catch(unlessWrongType))
}
