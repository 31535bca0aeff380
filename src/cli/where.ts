import { readFileSync } from 'node:fs'
import { dirname, resolve } from 'node:path'
import { UsageError } from '../errors.ts'
import { DEFAULTS } from '../options/limits.ts'
import { type Settings, connectionIn, readSettings, settingName } from '../settings/settings.ts'
import type { SettingValue } from '../settings/coerce.ts'
import {
  type Connection,
  type ConnectionSettings,
  resolveConnection,
  saysWhere,
} from '../store/redis/connection.ts'
import { type Arguments, usage } from './arguments.ts'

/** Flat settings as sessionsFromSettings takes them, and where they come from. */
export interface Given {
  readonly settings: Settings
  /** Where the modules they name begin. */
  readonly base: string
  readonly from: string
}

/** What of the settings is needed to look at sessions. No module is loaded for it. */
const NEEDED =
  'url host port db username password path unix_socket_path tls prefix reason_kept'.split(' ')

/** The settings of --settings, or of the environment; `undefined` where there are none. */
export function givenSettings({ options }: Arguments): Given | undefined {
  const { settings: file } = options
  const all = file === undefined ? process.env : readFile(file)
  const settings = Object.fromEntries(
    Object.entries(all).filter(([name]) => settingName(name) !== undefined),
  )
  if (file === undefined && Object.keys(settings).length === 0) return undefined
  const base = file === undefined ? process.cwd() : dirname(resolve(file))
  return { settings, base, from: file ?? 'the environment' }
}

/** Which Redis is meant: --url, else what the settings say, else REDIS_URL. Never a guess. */
export function connectionOf({ options }: Arguments, given: Given | undefined): Connection {
  if (options.url !== undefined) return resolveConnection({ url: options.url })
  const { redis } = needed(given)
  const isChosen = Object.keys(given?.settings ?? {}).some(
    (name) => settingName(name) === 'client_callable',
  )
  if (given !== undefined && (saysWhere(redis) || !process.env['REDIS_URL']) && !isChosen) {
    return resolveConnection(connectionIn(needed(given)) as ConnectionSettings)
  }
  const url = process.env['REDIS_URL']
  if (url) return resolveConnection({ url })
  if (isChosen) throw usage('client_callable chooses a client for each request; give --url')
  throw usage('nothing says where Redis is: give --url, --settings, or set REDIS_URL')
}

export function prefixOf({ options }: Arguments, given: Given | undefined): string {
  return (
    options.prefix ?? (needed(given).options['prefix'] as string | undefined) ?? DEFAULTS.prefix
  )
}

/** In seconds, how long the reason of a revocation is kept. */
export function reasonKeptOf(given: Given | undefined): number {
  return Number(needed(given).options['reasonKept'] ?? DEFAULTS.reasonKept)
}

function needed(given: Given | undefined) {
  const { settings = {}, base = '' } = given ?? {}
  const wanted = Object.entries(settings).filter(([name]) =>
    NEEDED.includes(settingName(name) ?? ''),
  )
  return readSettings(Object.fromEntries(wanted), base)
}

/** JSON, or lines of `name = value` as an .ini file or one with environment variables has them. */
function readFile(file: string): Settings {
  const text = readText(file)
  if (text.trimStart().startsWith('{')) return readJson(file, text)
  const lines = text.split('\n').map((line) => line.trim())
  const pairs = lines.flatMap((line) => {
    const [, name = '', value = ''] = /^(?:export\s+)?([\w.]+)\s*=\s*(.*)$/.exec(line) ?? []
    return name === '' ? [] : [[name, value.replace(/^(["'])(.*)\1$/, '$2')] as const]
  })
  return Object.fromEntries(pairs)
}

function readText(file: string): string {
  try {
    return readFileSync(file, 'utf8')
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException
    throw new UsageError(`--settings: ${JSON.stringify(file)} cannot be read (${code})`, { cause })
  }
}

/** What JSON.parse says quotes the text. */
function readJson(file: string, text: string): Settings {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    throw new UsageError(`--settings: ${JSON.stringify(file)} is not JSON`)
  }
  return value as Record<string, SettingValue>
}
