import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

export const root = fileURLToPath(new URL('..', import.meta.url))

export interface Ran {
  readonly code: number
  readonly output: string
}

/** Runs a tool of node_modules/.bin, or of PATH, in the project's root; keeps what it prints. */
export function run(tool: string, args: readonly string[], env: NodeJS.ProcessEnv = {}): Ran {
  const local = `${root}node_modules/.bin/${tool}`
  const { status, error, stdout, stderr } = spawnSync(existsSync(local) ? local : tool, args, {
    cwd: root,
    env: { ...process.env, ...env },
    encoding: 'utf8',
    maxBuffer: 64 * 1024 * 1024,
  })
  if (error !== undefined) return { code: 1, output: String(error) }
  return { code: status ?? 1, output: `${stdout}${stderr}` }
}
