// Writes src/store/redis/scripts.generated.ts from src/store/redis/lua/*.lua: each script without
// its comments, and its SHA-1. With --check it writes nothing and fails when what is there is
// stale. Both ways it fails when a script and its header disagree.
import { createHash } from 'node:crypto'
import { readFileSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

const LUA = new URL('../src/store/redis/lua/', import.meta.url)
const GENERATED = new URL('../src/store/redis/scripts.generated.ts', import.meta.url)
const NAMES = ['create', 'replace', 'touch', 'remove', 'end', 'enlist', 'listed', 'delist'] as const

/** What is wrong with a script's header; empty when header and code say the same. */
export function problemsOf(name: string, source: string): string[] {
  const { header, code } = parts(source)
  const problems: string[] = []
  if (header === '') problems.push(`${name}.lua has no header comment`)
  const used = new Set(code.match(/\b(?:KEYS|ARGV)\[\d+\]/g))
  const documented = new Set(
    [...header.matchAll(/^-- ((?:KEYS|ARGV)\[\d+\]) {2}\S/gm)].map((match) => match[1] as string),
  )
  problems.push(...differences(name, used, documented))
  for (const whole of code.match(/\b(?:KEYS|ARGV)\b(?!\[\d+\])/g) ?? []) {
    problems.push(`${name}.lua uses ${whole} other than as ${whole}[n]`)
  }
  const returned = new Set([...code.matchAll(/return \{ (\d+)/g)].map((match) => `{ ${match[1]}`))
  const answers = new Set([...header.matchAll(/^-- {3}(\{ \d+)/gm)].map((match) => `${match[1]}`))
  problems.push(...differences(name, returned, answers))
  if (/\bload(?:string|file)?\b|\bdofile\b/.test(code)) problems.push(`${name}.lua makes code`)
  return problems
}

function differences(name: string, used: Set<string>, documented: Set<string>): string[] {
  return [
    ...[...used].filter((it) => !documented.has(it)).map((it) => `${it} is not in the header`),
    ...[...documented].filter((it) => !used.has(it)).map((it) => `${it} is only in the header`),
  ].map((problem) => `${name}.lua: ${problem}`)
}

/** The leading comment, and everything that is not a comment, unindented. */
function parts(source: string): { header: string; code: string } {
  const header = /^(?:--.*\n)*/.exec(source)?.[0] ?? ''
  const code = source
    .replaceAll(/^-- @include (.+)$/gm, (_, file: string) => parts(read(file)).code)
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '' && !line.startsWith('--'))
    .join('\n')
  return { header, code }
}

function read(file: string): string {
  return readFileSync(new URL(file, LUA), 'utf8')
}

/** The module as it should be. */
export function generate(): string {
  const shared = parts(read('header.lua')).code
  const scripts = NAMES.map((name) => {
    const { code } = parts(read(`${name}.lua`))
    const sha1 = createHash('sha1').update(code).digest('hex')
    const text = code.startsWith(shared)
      ? `header + ${JSON.stringify(code.slice(shared.length))}`
      : JSON.stringify(code)
    return `  ${name}: {\n    sha1: '${sha1}',\n    text: ${text},\n  },\n`
  })
  return (
    '// Generated from lua/*.lua by scripts/generate-lua.ts; run `npm run generate`.\n' +
    `const header = ${JSON.stringify(shared)}\n\n` +
    `export const scripts = {\n${scripts.join('')}} as const\n`
  )
}

function run(check: boolean): string[] {
  const problems = NAMES.flatMap((name) => problemsOf(name, read(`${name}.lua`)))
  if (problems.length > 0) return problems
  const fresh = generate()
  if (!check) writeFileSync(GENERATED, fresh)
  return readFileSync(GENERATED, 'utf8') === fresh
    ? []
    : ['src/store/redis/scripts.generated.ts is stale; run `npm run generate`']
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const problems = run(process.argv.includes('--check'))
  for (const problem of problems) console.error(problem)
  if (problems.length > 0) process.exitCode = 1
}
