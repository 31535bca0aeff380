// Makes sure that there is a Chromium for the browser tests. On Debian and as root it installs
// one; elsewhere it says what is missing.
import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const PACKAGE = 'chromium'

const NAMES = ['chromium', 'chromium-browser', 'google-chrome']

/** The path of the browser to test with: `$CHROMIUM`, or the first of the usual names on the PATH. */
export function findChromium(): string | undefined {
  const folders = (process.env['PATH'] ?? '').split(delimiter)
  const usual = NAMES.flatMap((name) => folders.map((folder) => join(folder, name)))
  const named = process.env['CHROMIUM']
  return (named ? [named, ...usual] : usual).find((path) => existsSync(path))
}

/** Throws, with one sentence that says what to install, when there is no browser to be had. */
export function ensureChromium(): string {
  const found = findChromium()
  if (found !== undefined) return found
  if (process.getuid?.() === 0 && runs('apt-get', '--version')) {
    console.log(`No ${PACKAGE} found: installing the package ${PACKAGE} with apt-get.`)
    const installed = runs('apt-get', 'update') && runs('apt-get', 'install', '--yes', PACKAGE)
    const fresh = installed ? findChromium() : undefined
    if (fresh !== undefined) return fresh
  }
  throw new Error(
    'The browser tests drive a real browser: install chromium, or set CHROMIUM to its path.',
  )
}

function runs(program: string, ...args: string[]): boolean {
  const quiet = args[0] === '--version' || args[0] === 'update'
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' }
  const stdio = ['ignore', quiet ? 'ignore' : 'inherit', 'inherit'] as const
  return spawnSync(program, args, { env, stdio: [...stdio] }).status === 0
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  try {
    ensureChromium()
  } catch (error) {
    console.error((error as Error).message)
    process.exitCode = 1
  }
}
