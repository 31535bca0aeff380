import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'

import { describe, expect, test } from 'vitest'

import { generate, problemsOf } from '../../scripts/generate-lua.ts'
import { scripts } from '../../src/store/redis/scripts.generated.ts'

const folder = new URL('../../src/store/redis/', import.meta.url)
const touch = readFileSync(new URL('lua/touch.lua', folder), 'utf8')

describe('the generated scripts', () => {
  test('are what the Lua files say', () => {
    expect(readFileSync(new URL('scripts.generated.ts', folder), 'utf8')).toBe(generate())
  })

  test.each(Object.entries(scripts))('%s has no comments and its own hash', (name, script) => {
    expect(script.sha1).toBe(createHash('sha1').update(script.text).digest('hex'))
    expect(script.text).not.toMatch(/^\s*--/m)
    const source = readFileSync(new URL(`lua/${name}.lua`, folder), 'utf8')
    expect(problemsOf(name, source)).toEqual([])
  })
})

describe('a script that its header does not describe', () => {
  test.each([
    ['an argument that is not in the header', touch.replace(/^-- ARGV\[4\].*\n/m, ''), /ARGV\[4\]/],
    ['an argument that is only there', touch.replaceAll(', ARGV[4])', ", 'x')"), /ARGV\[4\]/],
    ['a key that is not in the header', touch.replace(/^-- KEYS\[1\].*\n/m, ''), /KEYS\[1\]/],
    ['an answer that is not in the header', touch.replace(/^-- {3}\{ 0 \}.*\n/m, ''), /\{ 0/],
    [
      'an answer that is only there',
      touch.replaceAll('then return { 0 }', 'then return { 1 }'),
      /0/,
    ],
    ['all arguments at once', `${touch}\nredis.call(unpack(ARGV))\n`, /other than as ARGV\[n\]/],
    ['code made of text', `${touch}\nloadstring(KEYS[1])()\n`, /makes code/],
    ['no header', touch.replace(/^(--.*\n)+/, ''), /no header/],
  ])('is refused: %s', (_, source, problem) => {
    expect(source).not.toBe(touch)
    expect(problemsOf('touch', source).join('\n')).toMatch(problem)
  })
})
