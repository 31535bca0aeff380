import { afterAll, beforeAll, expect, it } from 'vitest'
import { sessionsFromSettings } from '../../src/index.ts'
import type { Settings } from '../../src/index.ts'
import { type RedisServer, type Reply, startRedis } from '../support/redis-server.ts'
import { blocksOf, nameOf, pages, snippetsOf } from './blocks.ts'
import {
  compile,
  ensureBuilt,
  environment,
  modulesOfPage,
  runProgram,
  visitProgram,
} from './programs.ts'

const snippets = pages.flatMap((page) => snippetsOf(page))
let problems: string
let redis: RedisServer

beforeAll(async () => {
  Object.assign(process.env, environment)
  ensureBuilt()
  problems = compile(snippets)
  redis = await startRedis()
}, 60_000)
afterAll(async () => redis.stop())

it('compiles every program of the documentation', () => {
  expect(problems).toBe('')
})

const programs = snippets.filter(({ fragment }) => !fragment)

it.each(programs)('$name does what its page says', async (snippet) => {
  const { visit, output, redis: commands } = snippet
  await redis.cli('flushall')
  const run = visit === undefined ? runProgram : visitProgram
  const printed = await run(snippet, redis.url)
  const said = visit ?? output
  if (said !== undefined)
    expect(printed.trim()).toMatch(pattern(said, snippet.continues ? 'end' : 'whole'))
  if (commands !== undefined) expect(await replay(commands)).toMatch(pattern(commands))
})

const settings = pages
  .flatMap((page) => blocksOf(page))
  .filter(({ language }) => language === 'ini' || language === 'json')

it.each(settings)('the settings of $page, line $line, make sessions', async (block) => {
  const { page, language, text } = block
  const given = language === 'json' ? (JSON.parse(text) as Settings) : parseIni(text)
  const sessions = sessionsFromSettings(given, { base: modulesOfPage(nameOf(page)) })
  expect((await sessions.open()).isNew).toBe(true)
  await sessions.close()
})

/** A pattern for what a page shows: `…` is anything on its line. */
function pattern(shown: string, matched: 'whole' | 'end' = 'whole'): RegExp {
  const lines = shown.trim().split('\n')
  const escaped = lines.map((line) => line.split('…').map(escape).join('.*'))
  return new RegExp(`${matched === 'whole' ? '^' : ''}${escaped.join('\n')}$`)
}

function escape(text: string): string {
  return text.replaceAll(/[\\^$.*+?()[\]{}|]/g, '\\$&')
}

function parseIni(text: string): Settings {
  const lines = text.split('\n').filter((line) => /^[^#;[]/.test(line))
  return Object.fromEntries(lines.map((line) => line.split(/=(.*)/s).map((part) => part.trim())))
}

/** The commands of a block, each followed by the server's reply as redis-cli shows it. */
async function replay(block: string): Promise<string> {
  const lines: string[] = []
  for (const line of block.split('\n').filter((line) => line.startsWith('$ '))) {
    const args = line.replace('$ redis-cli ', '').split(' ')
    const raw = args[0] === '--raw'
    const command = await Promise.all(args.slice(raw ? 1 : 0).map(complete))
    lines.push(line, show(await redis.cli(...command), raw))
  }
  return lines.join('\n')
}

/** A key written with `…` is the one there is. */
async function complete(arg: string): Promise<string> {
  if (!arg.includes('…')) return arg.replaceAll("'", '')
  const keys = (await redis.cli('keys', arg.replaceAll('…', '*'))) as string[]
  expect(keys).toHaveLength(1)
  return keys[0] as string
}

function show(reply: Reply, raw: boolean): string {
  if (Array.isArray(reply))
    return reply.map((item, at) => `${at + 1}) ${show(item, raw)}`).join('\n')
  if (raw) return String(reply)
  if (typeof reply === 'number') return `(integer) ${reply}`
  return reply === null ? '(nil)' : JSON.stringify(reply)
}
