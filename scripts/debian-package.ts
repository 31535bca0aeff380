import { spawnSync } from 'node:child_process'
import { existsSync, rmSync, writeFileSync } from 'node:fs'

/** Asked by Debian's packages before they start a service; 101 forbids it. */
const POLICY = '/usr/sbin/policy-rc.d'

/**
 * What `find` finds; where it finds nothing and this is Debian and root, installs the package that
 * provides it first, and says so. `undefined` when it is not to be had.
 *
 * The program alone is wanted: a service that the package brings is neither started nor enabled.
 */
export function findOrInstall(name: string, find: () => string | undefined): string | undefined {
  const found = find()
  if (found !== undefined) return found
  if (process.getuid?.() !== 0 || !runs('apt-get', '--version')) return undefined
  console.log(`No ${name} found: installing the package ${name} with apt-get.`)
  const installed = runs('apt-get', 'update') && install(name)
  return installed ? find() : undefined
}

function install(name: string): boolean {
  const forbids = !existsSync(POLICY)
  if (forbids) writeFileSync(POLICY, '#!/bin/sh\nexit 101\n', { mode: 0o755 })
  try {
    // Another installation under way is waited for.
    const options = ['--yes', '--no-install-recommends', '-o', 'DPkg::Lock::Timeout=120']
    if (!runs('apt-get', 'install', ...options, name)) return false
    if (existsSync(`/etc/init.d/${name}`)) runs('update-rc.d', name, 'disable')
    return true
  } finally {
    if (forbids) rmSync(POLICY)
  }
}

function runs(program: string, ...args: string[]): boolean {
  const quiet = args[0] === '--version' || args[0] === 'update'
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' }
  return (
    spawnSync(program, args, { env, stdio: ['ignore', quiet ? 'ignore' : 'inherit', 'inherit'] })
      .status === 0
  )
}

/** Runs a check of a script that was started by itself: one sentence and exit code 1 when it fails. */
export function runAlone(check: () => unknown): void {
  try {
    check()
  } catch (error) {
    console.error((error as Error).message)
    process.exitCode = 1
  }
}
