import { execFileSync } from 'node:child_process'
import { availableParallelism } from 'node:os'

let parted: boolean | undefined

/**
 * Leaves the first core to the servers: this process, and the Redis it starts from here on, keep
 * to the others. On a server's own core nothing else of the bench is charged to it: no cache that
 * a client has emptied, no move to another core. `false` where there is one core, or no `taskset`.
 */
export function partCores(): boolean {
  parted ??= availableParallelism() > 1 && moved()
  return parted
}

function moved(): boolean {
  const others = `1-${availableParallelism() - 1}`
  try {
    execFileSync('taskset', ['--all-tasks', '--cpu-list', '--pid', others, String(process.pid)])
    return true
  } catch {
    return false
  }
}

/** What starts a server of Node: on the first core, where that was left to it. */
export function programOfServer(): { readonly execPath: string; readonly execArgv: string[] } {
  const execArgv = ['--import', 'tsx']
  if (!partCores()) return { execPath: process.execPath, execArgv }
  return { execPath: 'taskset', execArgv: ['--cpu-list', '0', process.execPath, ...execArgv] }
}
