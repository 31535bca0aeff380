import { readFileSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'
import { beforeAll, describe, expect, it } from 'vitest'
import { root } from '../docs/blocks.ts'
import { ensureBuilt } from '../docs/programs.ts'
import { loadedBy, packagesAmong } from './loaded.ts'

const { exports } = JSON.parse(readFileSync(`${root}package.json`, 'utf8')) as {
  exports: Record<string, string>
}
const ours = Object.keys(exports).map((key) => key.replace('.', 'sojourn'))

beforeAll(ensureBuilt)

describe('importing', () => {
  it.each(ours)('%s loads no package', (name) => {
    const loaded = loadedBy(name)
    expect(loaded).toContain(exports[name.replace('sojourn', '.')]?.slice(2))
    expect(packagesAmong(loaded)).toEqual([])
  })

  it('sojourn loads neither adapters nor the dashboard, the test suites or the command line', () => {
    const rooms = roomsOf('sojourn')
    expect(rooms).toContain('lifecycle')
    expect(rooms).not.toContain('adapters')
    expect(rooms).not.toContain('dashboard')
    expect(rooms).not.toContain('testing')
    expect(rooms).not.toContain('cli')
  })

  it('sojourn/redis loads none of them either, nor a client before there is a store', () => {
    const rooms = roomsOf('sojourn/redis')
    expect(rooms).toContain('store/redis')
    expect(rooms).not.toContain('adapters')
    expect(rooms).not.toContain('dashboard')
    expect(rooms).not.toContain('cli')
    expect(packagesAmong(loadedBy('sojourn/redis'))).not.toContain('redis')
  })

  it.each(['express', 'fastify', 'koa', 'hono', 'node', 'fetch'])(
    'sojourn/%s loads no adapter of another framework',
    (framework) => {
      const sources = sourcesOf(`sojourn/${framework}`)
      expect(sources).toContain(`adapters/${framework}.ts`)
      const others = ['express', 'fastify', 'koa', 'hono'].filter((it) => it !== framework)
      const adapters = others.map((other) => `adapters/${other}.ts`)
      expect(sources.filter((path) => adapters.includes(path))).toEqual([])
    },
  )

  it.each(ours)('%s is ASCII, which V8 keeps at one byte for each character', (name) => {
    const files = loadedBy(name).filter((path) => path.startsWith('dist/'))
    expect(files.length).toBeGreaterThan(1)
    for (const file of files) expect(readFileSync(`${root}${file}`, 'utf8')).toMatch(/^[\0-\x7f]*$/)
  })

  it('sees a package that is loaded, and what that one requires', () => {
    expect(packagesAmong(loadedBy('express'))).toEqual(expect.arrayContaining(['express', 'send']))
  })
})

/** A file that only hands on what is elsewhere: it was made of nothing, and has no map. */
const HANDS_ON = /^(?:(?:import|export) \{[^}]*\}(?: from "[^"]+")?;\s*)+$/

/** `store/redis` for `src/store/redis/port.ts`. */
function roomsOf(name: string): string[] {
  return [...new Set(sourcesOf(name).flatMap((path) => /^(.+)\/[^/]+$/.exec(path)?.[1] ?? []))]
}

/** What the files that are loaded were made of, by their maps: paths within src/. */
function sourcesOf(name: string): string[] {
  const files = loadedBy(name).filter((path) => path.startsWith('dist/'))
  return files.flatMap((file) => {
    if (HANDS_ON.test(readFileSync(root + file, 'utf8'))) return []
    const map = JSON.parse(readFileSync(`${root}${file}.map`, 'utf8')) as { sources: string[] }
    return map.sources.map((source) => relative('src', join(dirname(file), source)))
  })
}
