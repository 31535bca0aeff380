import { OptionError } from '../errors.ts'
import { show } from '../options/check.ts'
import { LIMITS } from '../options/limits.ts'

/** A value as flat settings give it: a line of an .ini file, a JSON value, an environment variable. */
export type SettingValue = string | number | boolean | ((...args: never[]) => unknown) | null

const YES = ['true', 'yes', 'on', 'y', 't', '1']
const NO = ['false', 'no', 'off', 'n', 'f', '0']
const NONE = ['none', 'null']

/** Turns one setting into an option's value, or throws an OptionError under the setting's name. */
export type Coerce = (setting: string, value: NonNullable<SettingValue>) => unknown

export function text(setting: string, value: unknown): string {
  if (typeof value === 'string') return value
  if (typeof value === 'number') return String(value)
  throw new OptionError(setting, `must be text, not ${show(value)}`)
}

export function number(setting: string, value: unknown): number {
  if (typeof value === 'number') return value
  if (typeof value === 'string' && /^[+-]?\d+(\.\d+)?$/.test(value.trim())) return Number(value)
  throw new OptionError(setting, `must be a number, not ${show(value)}`)
}

export function numberOrNone(setting: string, value: unknown): number | null {
  return typeof value === 'string' && NONE.includes(value.trim().toLowerCase())
    ? null
    : number(setting, value)
}

export function flag(setting: string, value: unknown): boolean {
  if (typeof value === 'boolean') return value
  const word = String(value).trim().toLowerCase()
  if (typeof value !== 'function' && YES.includes(word)) return true
  if (typeof value !== 'function' && NO.includes(word)) return false
  throw new OptionError(setting, `must be one of ${[...YES, ...NO].join(', ')}, not ${show(value)}`)
}

/** Takes `auto` beside the words for yes and no. */
export function flagOrAuto(setting: string, value: unknown): boolean | 'auto' {
  const auto = typeof value === 'string' && value.trim().toLowerCase() === 'auto'
  return auto ? 'auto' : flag(setting, value)
}

export function word(setting: string, value: unknown): string {
  return text(setting, value).trim().toLowerCase()
}

/** One secret. Several in one would be another secret, and sign everybody out. */
export function secret(setting: string, value: unknown): string {
  const [first = '', second = ''] = list(setting, value)
  if (Math.min(first.length, second.length) < LIMITS.secretLength) return text(setting, value)
  throw new OptionError(setting, 'is one secret, and looks like several: secrets takes those')
}

/** Words separated by commas; their case counts. */
export function list(setting: string, value: unknown): string[] {
  return text(setting, value)
    .split(',')
    .map((item) => item.trim())
}

/** Seconds, fractions allowed, to milliseconds. */
export function secondsToMs(setting: string, value: unknown): number {
  return Math.round(number(setting, value) * 1000)
}
