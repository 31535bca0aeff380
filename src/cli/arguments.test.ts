import { assert, property, stringMatching } from 'fast-check'
import { expect, it } from 'vitest'
import { UsageError } from '../errors.ts'
import { limitOf, parseArguments } from './arguments.ts'

function problem(...args: string[]): string {
  try {
    parseArguments(args)
  } catch (error) {
    expect(error).toBeInstanceOf(UsageError)
    return (error as Error).message
  }
  throw new Error(`taken: ${args.join(' ')}`)
}

it('reads a command, its ids and its options, in any order', () => {
  const { command, ids, options } = parseArguments([
    '--json',
    'revoke',
    'a',
    '--reason',
    'lost',
    'b',
  ])
  expect([command, ids, { ...options }]).toEqual([
    'revoke',
    ['a', 'b'],
    { json: true, reason: 'lost' },
  ])
})

it('takes an id that begins with a hyphen for an id', () => {
  const id = stringMatching(/^-[A-Za-z0-9_-]{21}$/)
  assert(
    property(id, (text) => {
      expect(parseArguments(['show', text, '--data'])).toMatchObject({
        ids: [text],
        options: { data: true },
      })
      expect(parseArguments(['show', '--', text]).ids).toEqual([text])
    }),
  )
})

it.each([
  [['lss'], 'there is no command "lss"; did you mean ls?'],
  [['--json'], 'no command is named'],
  [['ls', '--jsn'], 'there is no option --jsn; did you mean --json?'],
  [['ls', '--data'], 'ls takes no --data'],
  [['show'], 'show takes the id of a session'],
  [['show', 'a', 'b'], 'show takes 1 id at most'],
  [['ls', 'a'], 'ls takes no id'],
  [['ls', '--url'], '--url takes a value'],
  [['ls', '--url', '--json'], '--url takes a value'],
  [['ls', '--json=yes'], '--json takes no value'],
  [['ls', '-x'], 'there is no option -x'],
])('refuses %j', (args, message) => {
  expect(problem(...args)).toContain(message)
})

it('names no value of an option, which may be a password', () => {
  expect(problem('ls', '--urll=redis://:hunter2@here')).not.toContain('hunter2')
  expect(problem('ls', '--json=redis://:hunter2@here')).not.toContain('hunter2')
})

it('helps where nothing is asked, and where help is', () => {
  expect(parseArguments([]).command).toBe('help')
  expect(parseArguments(['ls', '-h']).command).toBe('help')
  expect(parseArguments(['--version']).command).toBe('version')
})

it.each(['0', '-1', '1.5', 'all', ''])('takes no limit of %j', (limit) => {
  expect(() => limitOf(parseArguments(['ls', `--limit=${limit}`]), 100)).toThrow(
    /whole number from 1/,
  )
})

it('takes a limit, none at all, or the default', () => {
  const limits = [['--limit', '7'], ['--limit', 'none'], []]
  expect(limits.map((args) => limitOf(parseArguments(['ls', ...args]), 100))).toEqual([
    7,
    Infinity,
    100,
  ])
})
