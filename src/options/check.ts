import { OptionError, UsageError } from '../errors.ts'

/** Shows a value in an error message: short, and never its inside. */
export function show(value: unknown): string {
  if (typeof value === 'string') return value.length > 40 ? 'a long string' : JSON.stringify(value)
  if (typeof value === 'bigint') return `${value}n`
  if (typeof value === 'function') return 'a function'
  if (Array.isArray(value)) return 'an array'
  if (typeof value === 'object' && value !== null) return 'an object'
  return Object.is(value, -0) ? '-0' : String(value)
}

export interface Bounds {
  readonly min: number
  readonly max: number
}

/** A whole number of seconds, or the reason why it is none. */
export function checkSeconds(value: unknown, { min, max }: Bounds): number | string {
  if (typeof value !== 'number') return `must be a number of seconds, not ${show(value)}`
  if (!Number.isInteger(value)) return `must be a whole number of seconds, not ${show(value)}`
  if (value < min) return `must be at least ${min} second${min === 1 ? '' : 's'}, not ${value}`
  if (value <= max) return value
  const hint = value % 1000 === 0 ? ', which looks like milliseconds' : ''
  return `must be at most ${max} seconds, not ${value}${hint}`
}

export function requireSeconds(option: string, value: unknown, bounds: Bounds): number {
  const seconds = checkSeconds(value, bounds)
  if (typeof seconds === 'string') throw new OptionError(option, seconds)
  return seconds
}

export function requireInteger(option: string, value: unknown, { min, max }: Bounds): number {
  const fits = typeof value === 'number' && Number.isInteger(value) && value >= min && value <= max
  if (!fits) {
    throw new OptionError(
      option,
      `must be a whole number from ${min} to ${max}, not ${show(value)}`,
    )
  }
  return value
}

export function requireBoolean(option: string, value: unknown): boolean {
  if (typeof value !== 'boolean') {
    throw new OptionError(option, `must be true or false, not ${show(value)}`)
  }
  return value
}

export function requireFunction<F>(option: string, value: F): F {
  if (typeof value !== 'function') {
    throw new OptionError(option, `must be a function, not ${show(value)}`)
  }
  return value
}

export function requireWord<W extends string>(
  option: string,
  value: unknown,
  words: readonly W[],
): W {
  const word = words.find((candidate) => candidate === value)
  if (word === undefined) {
    const list = words.map((candidate) => `'${candidate}'`).join(', ')
    throw new OptionError(option, `must be one of ${list}, not ${show(value)}`)
  }
  return word
}

/** Fails unless `given` is an object of known options, whose names begin with `group`. */
export function requireGroup(
  option: string,
  given: unknown,
  known: readonly string[],
  { group = `${option}.`, rule = 'must be an object' } = {},
): void {
  requireRecord(option, given, rule)
  refuseUnknown(group, given, known)
}

/** Fails unless `given` is an object and no array. Text in its place may be a secret. */
export function requireRecord(
  option: string,
  given: unknown,
  rule: string,
): asserts given is object {
  if (typeof given === 'object' && given !== null && !Array.isArray(given)) return
  throw new OptionError(
    option,
    `${rule}, not ${typeof given === 'string' ? 'a string' : show(given)}`,
  )
}

/** Fails on a key that is no option, naming the nearest that is. */
function refuseUnknown(group: string, given: object, known: readonly string[]): void {
  const unknown = unknownOf(given, known)
  if (unknown === undefined) return
  throw new OptionError(group + unknown, `is not an option; ${hintFor(unknown, known, group)}`)
}

/**
 * For what a call takes beside its arguments.
 *
 * @throws {UsageError} unless it is an object of known options.
 */
export function requireOptions<T>(call: string, given: T, known: readonly string[]): T {
  if (typeof given !== 'object' || given === null || Array.isArray(given)) {
    throw new UsageError(`${call}: the options must be an object, not ${show(given)}`)
  }
  const unknown = unknownOf(given, known)
  if (unknown === undefined) return given
  throw new UsageError(`${call}: ${unknown} is not an option; ${hintFor(unknown, known)}`)
}

function unknownOf(given: object, known: readonly string[]): string | undefined {
  return Object.keys(given).find((key) => !known.includes(key))
}

/** What to say beside a name that is none of the known. */
export function hintFor(name: string, known: readonly string[], group = ''): string {
  const near = nearest(name, known)
  return near === undefined ? `known are ${known.join(', ')}` : `did you mean ${group}${near}?`
}

/** The known name within a third of its length in edits, if any. */
function nearest(name: string, known: readonly string[]): string | undefined {
  let best: string | undefined
  let bestDistance = Number.POSITIVE_INFINITY
  for (const candidate of known) {
    const distance = editDistance(name.toLowerCase(), candidate.toLowerCase())
    if (distance < bestDistance) [best, bestDistance] = [candidate, distance]
  }
  return best !== undefined && bestDistance <= Math.max(2, best.length / 3) ? best : undefined
}

function editDistance(from: string, to: string): number {
  let previous = Array.from({ length: to.length + 1 }, (_, column) => column)
  for (let row = 1; row <= from.length; row++) {
    const current = [row]
    for (let column = 1; column <= to.length; column++) {
      const replaced = (previous[column - 1] ?? 0) + (from[row - 1] === to[column - 1] ? 0 : 1)
      const inserted = (current[column - 1] ?? 0) + 1
      const removed = (previous[column] ?? 0) + 1
      current.push(Math.min(replaced, inserted, removed))
    }
    previous = current
  }
  return previous[to.length] ?? 0
}
