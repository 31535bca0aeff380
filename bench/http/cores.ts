import { execFileSync } from 'node:child_process'
import { availableParallelism } from 'node:os'

let parted: boolean | undefined

/**
 * Leaves the first core to the servers: this process, and the Redis it starts from here on, keep
 * to the others. On a server's own core nothing else of the bench is charged to it: no cache that
 * a client has emptied, no move to another core. `false` where that cannot be: one core, another
 * first one, no `taskset`.
 */
export function partCores(): boolean {
  parted ??= availableParallelism() > 1 && moved()
  return parted
}

function moved(): boolean {
  const others = `1-${availableParallelism() - 1}`
  try {
    execFileSync('taskset', ['--cpu-list', '0', 'true'])
    execFileSync('taskset', ['--all-tasks', '--cpu-list', '--pid', others, String(process.pid)])
    return true
  } catch {
    return false
  }
}

/** A Node that runs a server's program. */
export interface NodeToRun {
  readonly execPath: string
  readonly execArgv: readonly string[]
}

export const ANY_NODE: NodeToRun = { execPath: process.execPath, execArgv: ['--import', 'tsx'] }

/**
 * For servers that are compared: on the first core, where that can be left to it, and without V8's
 * memory reducer. That one collects garbage when a process has been idle for some seconds, and
 * code that was compiled for this program goes with it: a server under load keeps its code, and one
 * that waits for its turn should.
 */
export function nodeToCompare(): NodeToRun {
  const { execPath } = ANY_NODE
  const execArgv = ['--no-memory-reducer', ...ANY_NODE.execArgv]
  if (!partCores()) return { execPath, execArgv }
  return { execPath: 'taskset', execArgv: ['--cpu-list', '0', execPath, ...execArgv] }
}
