// Makes sure that there is a Redis or Valkey server for the tests to start. On Debian and as root
// it installs one; elsewhere it says what is missing.
import { spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'

import { findServer } from '../test/support/redis-server.ts'

/** Throws, with one sentence that says what to install, when there is no server to be had. */
export function ensureRedisServer(): void {
  if (findServer() !== undefined) return
  if (process.getuid?.() === 0 && runs('apt-get', '--version')) {
    console.log('No redis-server found: installing the package redis-server with apt-get.')
    const installed = runs('apt-get', 'update') && runs('apt-get', 'install', '--yes', PACKAGE)
    if (installed && findServer() !== undefined) return
  }
  throw new Error(
    'The tests start a real server: install redis-server 6.2 or later, or valkey-server, ' +
      'or set REDIS_SERVER to its path.',
  )
}

const PACKAGE = 'redis-server'

function runs(program: string, ...args: string[]): boolean {
  const quiet = args[0] === '--version' || args[0] === 'update'
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' }
  const stdio = ['ignore', quiet ? 'ignore' : 'inherit', 'inherit'] as const
  return spawnSync(program, args, { env, stdio: [...stdio] }).status === 0
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  try {
    ensureRedisServer()
  } catch (error) {
    console.error((error as Error).message)
    process.exitCode = 1
  }
}
