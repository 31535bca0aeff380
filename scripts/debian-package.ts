import { spawnSync } from 'node:child_process'

/**
 * What `find` finds; where it finds nothing and this is Debian and root, installs the package that
 * provides it first, and says so. `undefined` when it is not to be had.
 */
export function findOrInstall(name: string, find: () => string | undefined): string | undefined {
  const found = find()
  if (found !== undefined) return found
  if (process.getuid?.() !== 0 || !runs('apt-get', '--version')) return undefined
  console.log(`No ${name} found: installing the package ${name} with apt-get.`)
  const installed = runs('apt-get', 'update') && runs('apt-get', 'install', '--yes', name)
  return installed ? find() : undefined
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
