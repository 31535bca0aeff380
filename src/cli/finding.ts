import { clean, count } from '../words.ts'

export type Level = 'ok' | 'warn' | 'fail'

/** All there are, by the names that --accept takes. */
export const CHECKS = [
  'connection',
  'transport',
  'server',
  'version',
  'memory',
  'eviction',
  'persistence',
  'replication',
  'latency',
  'sessions',
  'accounts',
  'watching',
  'settings',
  'secret',
  'cookie secure',
  'cookie http only',
  'cookie same site',
  'cookie domain',
  'absolute timeout',
  'renewal',
] as const

export type Check = (typeof CHECKS)[number]

/** What a check has found. */
export interface Finding {
  readonly check: Check
  readonly level: Level
  /** What is so, and what it means: one sentence. */
  readonly means: string
  /** What to do about it: one sentence. */
  readonly todo?: string
  /** Somebody knows, and takes it as it is. */
  readonly accepted?: true
}

export function ok(check: Check, means: string): Finding {
  return { check, level: 'ok', means }
}

export function warn(check: Check, means: string, todo: string): Finding {
  return { check, level: 'warn', means, todo }
}

export function fail(check: Check, means: string, todo: string): Finding {
  return { check, level: 'fail', means, todo }
}

export function counts(findings: readonly Finding[]): Readonly<Record<Level, number>> {
  const of = (wanted: Level) =>
    findings.filter(({ level, accepted }) => (accepted ? 'ok' : level) === wanted).length
  return { ok: of('ok'), warn: of('warn'), fail: of('fail') }
}

export function describeFindings(findings: readonly Finding[]): string {
  const width = Math.max(0, ...findings.map(({ check }) => check.length))
  const lines = findings.map(({ check, level, means, todo, accepted }) => {
    const begin = `${level.padEnd(4)}  ${check.padEnd(width)}  `
    const what = accepted ? '(accepted)' : todo
    const then = what === undefined ? '' : `${' '.repeat(begin.length)}-> ${clean(what)}\n`
    return `${begin}${clean(means)}\n${then}`
  })
  const all = counts(findings)
  return `${lines.join('')}${all.ok} ok, ${count(all.warn, 'warning')}, ${all.fail} failed\n`
}
