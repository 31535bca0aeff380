import { spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { findOrInstall, runAlone } from './debian-package.ts'

function findOpenssl(): string | undefined {
  return spawnSync('openssl', ['version']).status === 0 ? 'openssl' : undefined
}

/** Throws, with one sentence that says what to install, when there is no openssl to be had. */
export function ensureOpenssl(): void {
  if (findOrInstall('openssl', findOpenssl) !== undefined) return
  throw new Error('The browser tests make a certificate for https: install openssl.')
}

if (process.argv[1] === fileURLToPath(import.meta.url)) runAlone(ensureOpenssl)
