import { parseArgs } from 'node:util'
import { UsageError } from '../errors.ts'
import { hintFor } from '../options/check.ts'

const OPTIONS = {
  url: { type: 'string' },
  settings: { type: 'string' },
  prefix: { type: 'string' },
  json: { type: 'boolean' },
  help: { type: 'boolean', short: 'h' },
  version: { type: 'boolean' },
  accept: { type: 'string' },
  principal: { type: 'string' },
  sort: { type: 'string' },
  limit: { type: 'string' },
  data: { type: 'boolean' },
  reason: { type: 'string' },
  by: { type: 'string' },
} as const

type Option = keyof typeof OPTIONS

const EVERYWHERE: readonly Option[] = ['url', 'settings', 'prefix', 'json', 'help', 'version']

/** Every command: the options of its own, and how many ids it takes. */
const COMMANDS = {
  doctor: { options: ['accept'], ids: [0, 0] },
  ls: { options: ['principal', 'sort', 'limit'], ids: [0, 0] },
  show: { options: ['data'], ids: [1, 1] },
  revoke: { options: ['principal', 'reason', 'by'], ids: [0, 1000] },
  stats: { options: ['limit'], ids: [0, 0] },
  watch: { options: ['limit'], ids: [0, 0] },
} as const satisfies Record<string, { options: readonly Option[]; ids: readonly [number, number] }>

export type CommandName = keyof typeof COMMANDS

export interface Arguments {
  readonly command: CommandName | 'help' | 'version'
  readonly ids: readonly string[]
  readonly options: {
    readonly [Name in Option]?: (typeof OPTIONS)[Name]['type'] extends 'string' ? string : boolean
  }
}

/** What was asked for cannot be done as it was said. */
export function usage(problem: string): UsageError {
  return new UsageError(`${problem}; sojourn --help says how`)
}

/** @throws {UsageError} saying what is wrong, never the value of an option. */
export function parseArguments(args: readonly string[]): Arguments {
  const { values: options, positionals } = parse(args)
  const [command, ...ids] = positionals
  if (options.version) return { command: 'version', ids, options }
  if (options.help || command === undefined) {
    if (options.help || args.length === 0) return { command: 'help', ids, options }
    throw usage('no command is named')
  }
  if (!isCommand(command)) {
    const names = Object.keys(COMMANDS)
    throw usage(`there is no command ${JSON.stringify(command)}; ${hintFor(command, names)}`)
  }
  check(command, Object.keys(options) as Option[], ids.length)
  return { command, ids, options }
}

/** An id of 128 bits or more can begin with a hyphen. No option is that long. */
const ID_LIKE_OPTION = /^-[\w-]{15,127}$/

function parse(args: readonly string[]) {
  const end = args.indexOf('--')
  const own = end === -1 ? args : args.slice(0, end)
  const ids = [
    ...own.filter((arg) => ID_LIKE_OPTION.test(arg)),
    ...(end === -1 ? [] : args.slice(end + 1)),
  ]
  try {
    return parseArgs({
      args: [...own.filter((arg) => !ID_LIKE_OPTION.test(arg)), '--', ...ids],
      options: OPTIONS,
      allowPositionals: true,
    })
  } catch (error) {
    throw refusal((error as Error).message)
  }
}

/** What parseArgs says, without the values it may say too. */
function refusal(message: string): UsageError {
  const [, unknown, known] = /^(Unknown o|O)ption '(?:-\w, )?(--?[\w-]+)/.exec(message) ?? []
  const name = known ?? ''
  const option = OPTIONS[name.replace(/^--/, '') as Option] as { type: string } | undefined
  if (unknown === 'O' && option !== undefined) {
    return usage(`${name} takes ${option.type === 'string' ? 'a' : 'no'} value`)
  }
  const names = Object.keys(OPTIONS).map((each) => `--${each}`)
  return usage(`there is no option ${name}; ${hintFor(name, names)}`)
}

function isCommand(name: string): name is CommandName {
  return Object.hasOwn(COMMANDS, name)
}

function check(command: CommandName, given: readonly Option[], ids: number): void {
  const {
    options,
    ids: [least, most],
  } = COMMANDS[command]
  const known: readonly Option[] = [...EVERYWHERE, ...options]
  const foreign = given.find((name) => !known.includes(name))
  if (foreign !== undefined) throw usage(`${command} takes no --${foreign}`)
  if (ids < least) throw usage(`${command} takes the id of a session`)
  if (ids > most) throw usage(`${command} takes ${most === 0 ? 'no id' : `${most} id at most`}`)
}

/** The number of --limit. */
export function limitOf({ options: { limit } }: Arguments, byDefault: number): number {
  if (limit === undefined) return byDefault
  if (limit === 'none') return Number.POSITIVE_INFINITY
  if (/^[1-9]\d{0,8}$/.test(limit)) return Number(limit)
  throw usage('--limit takes a whole number from 1, or none')
}
