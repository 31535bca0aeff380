import { OptionError, StoreError } from '../../errors.ts'
import { type Connection, type ConnectionSettings, resolveConnection } from './connection.ts'
import { type IoredisConstructor, openIoredis } from './client-ioredis.ts'
import { type NodeRedisModule, openNodeRedis } from './client-node-redis.ts'
import type { RedisClient } from './port.ts'

/**
 * A client this library made, of whichever package is installed. `close()` ends its connection,
 * also one that is still being made; commands in flight get a second to end.
 */
export type OwnRedisClient = RedisClient & { close(): Promise<void> }

/** How a package is loaded; tests load another one. */
export type LoadPackage = (name: 'redis' | 'ioredis') => Promise<unknown>

/**
 * Makes a Redis client with the package `redis` (node-redis 5 or 6), or `ioredis` (5 or 6) where
 * that is the one installed. It is connecting when the promise resolves and commands wait for the
 * connection, for about 5 seconds at most; it reconnects for ever, at least twice a second. Yours
 * to close.
 *
 * @throws {OptionError} when a setting is wrong, or neither package is installed.
 * @throws {StoreError} when the package is there and cannot be loaded.
 */
export async function createRedisClient(settings: ConnectionSettings): Promise<OwnRedisClient> {
  return openClient(resolveConnection(settings), loadInstalled)
}

/** @internal */
export async function openClient(
  connection: Connection,
  load: LoadPackage,
): Promise<OwnRedisClient> {
  const nodeRedis = await installed('redis', load)
  if (nodeRedis !== undefined) return openNodeRedis(nodeRedis as NodeRedisModule, connection)
  const ioredis = await installed('ioredis', load)
  if (ioredis === undefined) {
    throw new OptionError('client', 'no Redis client is installed; run `npm install redis`')
  }
  const { Redis, default: byDefault } = ioredis as Record<string, IoredisConstructor>
  return openIoredis((Redis ?? byDefault) as IoredisConstructor, connection)
}

/** Not a literal: bundlers would insist on both packages. */
export async function loadInstalled(name: string): Promise<unknown> {
  return import(/* webpackIgnore: true */ /* @vite-ignore */ name)
}

async function installed(name: 'redis' | 'ioredis', load: LoadPackage): Promise<unknown> {
  try {
    return await load(name)
  } catch (error) {
    if (isMissing(error, name)) return undefined
    throw new StoreError('client', `the package ${name} cannot be loaded`, { cause: error })
  }
}

/** The package itself, not one that it imports. */
function isMissing(error: unknown, name: string): boolean {
  const { code, message } = error as { code?: unknown; message?: unknown }
  return code === 'ERR_MODULE_NOT_FOUND' && String(message).includes(`'${name}'`)
}
