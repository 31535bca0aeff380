import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { root } from './run.ts'

/**
 * The rooms in their order: a file may import from its own room and from those before it.
 * DESIGN: errors → store contract, record → options → cookie, session → stores → sessions →
 * adapters → index.
 */
const rooms: readonly (readonly [name: string, holds: RegExp])[] = [
  ['errors', /^errors\.ts$/],
  ['events', /^events\.ts$/],
  ['requests', /^request-header\.ts$/],
  ['words', /^words\.ts$/],
  ['recent', /^(recent|seen-lately)\.ts$/],
  ['record', /^record\//],
  ['store contract', /^store\/store\.ts$/],
  ['options', /^options\//],
  ['guard', /^guard\//],
  ['cookie', /^cookie\//],
  ['migrate', /^migrate\//],
  ['encrypt', /^encrypt\//],
  ['session', /^session\//],
  ['lifecycle', /^lifecycle\//],
  ['stores', /^store\//],
  ['sessions', /^(corridor|sessions)\.ts$/],
  ['settings', /^settings(\.ts|\/)/],
  ['adapters', /^adapters\//],
  ['dashboard', /^dashboard\//],
  ['index', /^index\.ts$/],
  ['testing', /^testing\//],
  ['command line', /^cli\//],
]

/*
 * One exception: adapters take the package's public types from index.ts, so that a program which
 * imports only an adapter can augment them (`declare module 'sojourn'` needs the file loaded).
 */

/** What leaves src/: Node itself and the one runtime dependency; peers only where they belong. */
const packages: readonly (readonly [imports: RegExp, allowedIn: RegExp])[] = [
  [/^node:/, /./],
  [/^cookie$/, /^cookie\//],
  [/^(redis|ioredis)$/, /^store\/redis\/clients\.ts$/],
  [/^express(-serve-static-core)?$/, /^adapters\/express/],
  [/^fastify(-plugin)?$/, /^adapters\/fastify/],
  [/^koa$/, /^adapters\/koa/],
  [/^hono(\/|$)/, /^adapters\/hono/],
]

/** Every import that points the wrong way, one line each. */
export function layeringProblems(): string[] {
  const source = join(root, 'src')
  return readdirSync(source, { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.ts') && !file.endsWith('.test.ts'))
    .flatMap((file) => problemsIn(file, readFileSync(join(source, file), 'utf8')))
}

/** Those of one file, by its path in src/. */
export function problemsIn(file: string, text: string): string[] {
  const here = roomOf(file)
  if (here === -1) return [`src/${file} is in no room`]
  return importsOf(text).flatMap(({ target, typesOnly }) => {
    if (!target.startsWith('.')) {
      const fine = packages.some(([name, where]) => name.test(target) && where.test(file))
      return fine ? [] : [`src/${file} may not import the package ${target}`]
    }
    const path = join(dirname(file), target)
    const there = roomOf(path)
    if (there !== -1 && there <= here) return []
    if (typesOnly && path === 'index.ts' && file.startsWith('adapters/')) return []
    return [`src/${file} (${nameOf(here)}) imports ${path} (${nameOf(there)})`]
  })
}

interface Import {
  readonly target: string
  readonly typesOnly: boolean
}

/** What is kept is text, in which `//` and `/*` begin no comment. */
const TEXT_OR_COMMENT = /('(?:[^'\\\n]|\\.)*')|\/\*[^]*?\*\/|\/\/.*/g

function importsOf(text: string): Import[] {
  const code = text.replaceAll(TEXT_OR_COMMENT, '$1')
  const found = code.matchAll(/\b(import|export)(\s+type)?(?:[^'";]*?\bfrom)?\s*\(?\s*'([^']+)'/g)
  return [...found].map(([, , type, target]) => ({
    target: target ?? '',
    typesOnly: type !== undefined,
  }))
}

function roomOf(file: string): number {
  return rooms.findIndex(([, holds]) => holds.test(file))
}

function nameOf(room: number): string {
  return rooms[room]?.[0] ?? 'no room'
}
