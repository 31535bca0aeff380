import { fileURLToPath } from 'node:url'
import { findNginx } from '../test/support/nginx.ts'
import { findOrInstall, runAlone } from './debian-package.ts'

/** Throws, with one sentence that says what to install, when there is no nginx to be had. */
export function ensureNginx(): void {
  if (findOrInstall('nginx', findNginx) !== undefined) return
  throw new Error(
    'The tests put a real caching proxy in front of applications: install nginx, or set NGINX to ' +
      'its path.',
  )
}

if (process.argv[1] === fileURLToPath(import.meta.url)) runAlone(ensureNginx)
