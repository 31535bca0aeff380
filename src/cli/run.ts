import { readFileSync } from 'node:fs'
import { OptionError, UsageError } from '../errors.ts'
import { type Arguments, type CommandName, parseArguments } from './arguments.ts'
import { doctor } from './doctor.ts'
import { HELP } from './help.ts'
import { ls } from './ls.ts'
import { type Redis, connect, reasonOf } from './nodes.ts'
import { revoke } from './revoke.ts'
import { show } from './show.ts'
import { stats } from './stats.ts'
import type { Command, Result } from './task.ts'
import { watch } from './watch.ts'
import { connectionOf, givenSettings, prefixOf, reasonKeptOf } from './where.ts'
import { clean } from '../words.ts'

const COMMANDS: Readonly<Record<Exclude<CommandName, 'doctor'>, Command>> = {
  ls,
  show,
  revoke,
  stats,
  watch,
}

/** Runs one command line. Answers the code to exit with: 0 fine, 1 not, 2 said wrongly. */
export async function run(argv: readonly string[]): Promise<number> {
  try {
    const args = parseArguments(argv)
    if (args.command === 'help') return print(HELP)
    if (args.command === 'version') return print(`${version()}\n`)
    const { text, json, code, failure } = await resultOf(args, args.command)
    const wantsJson = args.options.json === true && json !== undefined
    print(wantsJson ? `${JSON.stringify(json, null, 2)}\n` : text)
    if (failure !== undefined) throw failure
    return code
  } catch (error) {
    const isUsage = error instanceof UsageError || error instanceof OptionError
    process.stderr.write(`sojourn: ${clean(reasonOf(error))}\n`)
    return isUsage ? 2 : 1
  }
}

async function resultOf(args: Arguments, command: CommandName): Promise<Result> {
  if (command === 'doctor') return doctor(args)
  const work = COMMANDS[command](args)
  const given = givenSettings(args)
  const [prefix, reasonKept] = [prefixOf(args, given), reasonKeptOf(given)]
  const redis = await connect(connectionOf(args, given))
  try {
    return await work({ redis, prefix, reasonKept, now: await timeOf(redis) })
  } finally {
    await redis.close()
  }
}

async function timeOf({ store }: Redis): Promise<number> {
  await store.measureClock?.()
  return Math.trunc(store.now())
}

function print(text: string): 0 {
  if (text !== '') process.stdout.write(text)
  return 0
}

function version(): string {
  const manifest = readFileSync(new URL('../../package.json', import.meta.url), 'utf8')
  return (JSON.parse(manifest) as { version: string }).version
}
