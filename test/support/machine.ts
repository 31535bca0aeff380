import { execFileSync } from 'node:child_process'
import { cpus } from 'node:os'
import { findServer } from './redis-server.ts'

/** What figures were taken with. */
export function machine(): string {
  const commit = output('git', ['rev-parse', '--short', 'HEAD'])
  const redis = /\bv=(\S+)/.exec(output(findServer() ?? 'redis-server', ['--version']))?.[1]
  const [cpu] = cpus()
  return `commit ${commit}, Node ${process.versions.node}, Redis ${redis}, ${cpu?.model}`
}

function output(program: string, args: readonly string[]): string {
  return execFileSync(program, args, { encoding: 'utf8' }).trim()
}
