import { OptionError, StoreError } from '../../errors.ts'
import { requireGroup } from '../../options/check.ts'
import {
  type Connection,
  type ConnectionSettings,
  SETTINGS,
  resolveConnection,
} from './connection.ts'
import { type IoredisConstructor, openIoredis } from './client-ioredis.ts'
import { type NodeRedisModule, openNodeRedis } from './client-node-redis.ts'
import type { Opened, OwnRedisClient } from './own-client.ts'

/** How a package is loaded; tests load another one. */
export type LoadPackage = (name: 'redis' | 'ioredis') => Promise<unknown>

/**
 * Makes a Redis client with the package `redis` (node-redis 5 or 6), or `ioredis` (5 or 6) where
 * that is the one installed. The promise resolves when the client is connected, or the first
 * attempt failed; it goes on trying for ever, about twice a second, and commands wait for the
 * connection for about 5 seconds at most. Yours to close.
 *
 * @throws {OptionError} when a setting is wrong, or neither package is installed.
 * @throws {StoreError} when the package is there and cannot be loaded.
 */
export async function createRedisClient(settings: ConnectionSettings): Promise<OwnRedisClient> {
  requireGroup('createRedisClient', settings, SETTINGS, { group: '' })
  const { client, attempted } = await openClient(resolveConnection(settings), loadInstalled)
  await attempted
  return client
}

/** @internal */
export async function openClient(connection: Connection, load: LoadPackage): Promise<Opened> {
  const nodeRedis = await installed('redis', load)
  if (nodeRedis !== undefined) return openNodeRedis(nodeRedis as NodeRedisModule, connection)
  const ioredis = await installed('ioredis', load)
  if (ioredis === undefined) {
    throw new OptionError('client', 'no Redis client is installed; run `npm install redis`')
  }
  const { Redis, default: byDefault } = ioredis as Record<string, IoredisConstructor>
  return openIoredis((Redis ?? byDefault) as IoredisConstructor, connection)
}

/** esbuild refuses to bundle an import of a package that is not there, unless it has a catch. */
export async function loadInstalled(name: 'redis' | 'ioredis'): Promise<unknown> {
  return name === 'redis'
    ? import(/* webpackIgnore: true */ 'redis').catch(rethrow)
    : import(/* webpackIgnore: true */ 'ioredis').catch(rethrow)
}

function rethrow(error: unknown): never {
  throw error
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
