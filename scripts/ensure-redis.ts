import { fileURLToPath } from 'node:url'
import { findServer } from '../test/support/redis-server.ts'
import { findOrInstall, runAlone } from './debian-package.ts'

/**
 * Makes sure that there is a Redis or Valkey server for the tests to start. Throws, with one
 * sentence that says what to install, when there is none to be had.
 */
export function ensureRedisServer(): void {
  if (findOrInstall('redis-server', findServer) !== undefined) return
  throw new Error(
    'The tests start a real server: install redis-server 6.2 or later, or valkey-server, ' +
      'or set REDIS_SERVER to its path.',
  )
}

if (process.argv[1] === fileURLToPath(import.meta.url)) runAlone(ensureRedisServer)
