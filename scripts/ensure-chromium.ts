import { existsSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { findOrInstall, runAlone } from './debian-package.ts'

const NAMES = ['chromium', 'chromium-browser', 'google-chrome']

/** The path of the browser to test with: `$CHROMIUM`, or the first of the usual names on the PATH. */
function findChromium(): string | undefined {
  const folders = (process.env['PATH'] ?? '').split(delimiter)
  const usual = NAMES.flatMap((name) => folders.map((folder) => join(folder, name)))
  const named = process.env['CHROMIUM']
  return (named ? [named, ...usual] : usual).find((path) => existsSync(path))
}

/** Throws, with one sentence that says what to install, when there is no browser to be had. */
export function ensureChromium(): string {
  const found = findOrInstall('chromium', findChromium)
  if (found !== undefined) return found
  throw new Error(
    'The browser tests drive a real browser: install chromium, or set CHROMIUM to its path.',
  )
}

if (process.argv[1] === fileURLToPath(import.meta.url)) runAlone(ensureChromium)
