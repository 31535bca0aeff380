import { describe, expect, test } from 'vitest'
import { type FlashEntry, FlashLog, packFlash, unpackFlash } from './flash.ts'

const STORED: readonly FlashEntry[] = [
  { id: '1', queue: '', message: 'saved' },
  { id: '2', queue: 'errors', message: { field: 'name' } },
]

function messages(entries: readonly FlashEntry[]): unknown[] {
  return entries.map(({ queue, message }) => [queue, message])
}

describe('a log of flash messages', () => {
  test('pops one queue and leaves the others, pushed messages too', () => {
    const log = new FlashLog(STORED)
    log.push('', 'one', true)
    log.push('errors', 'two', true)
    expect(log.pop('errors')).toEqual([{ field: 'name' }, 'two'])
    expect(log.peek('errors')).toEqual([])
    expect(messages(log.applyTo(STORED))).toEqual([
      ['', 'saved'],
      ['', 'one'],
    ])
  })

  test('keeps a message once in its queue where duplicates are not allowed', () => {
    const log = new FlashLog(STORED)
    log.push('errors', { field: 'name' }, false)
    log.push('', { field: 'name' }, false)
    log.push('', 'saved', false)
    log.push('', 'saved', true)
    expect(messages(log.applyTo(STORED))).toEqual([
      ['', 'saved'],
      ['errors', { field: 'name' }],
      ['', { field: 'name' }],
      ['', 'saved'],
    ])
  })

  test.each<[string, boolean, (log: FlashLog) => void]>([
    ['nothing', false, () => undefined],
    ['an empty queue popped', false, (log) => log.pop('none')],
    ['a duplicate that is not allowed', false, (log) => log.push('', 'saved', false)],
    ['a message pushed and popped', false, (log) => log.push('x', 1, true) ?? log.pop('x')],
    ['a message', true, (log) => log.push('', 'saved', true)],
    ['a queue popped', true, (log) => log.pop('')],
    ['one message popped for another', true, (log) => log.pop('') && log.push('', 'new', true)],
    ['one popped and pushed again', true, (log) => log.pop('') && log.push('', 'saved', true)],
  ])('is a change or not: %s', (_, changes, act) => {
    const log = new FlashLog(STORED)
    act(log)
    expect(log.changed).toBe(changes)
  })

  test('goes on from what a write has stored of it', () => {
    const log = new FlashLog(STORED)
    log.push('', 'stored', true)
    log.push('late', 'stored, then popped', true)
    log.pop('errors')
    const written = log.copy()
    log.pop('late')
    log.push('', 'since', true)
    const stored = written.applyTo(STORED)
    const rest = log.since(written, stored)
    expect(rest.changed).toBe(true)
    expect(messages(rest.applyTo(stored))).toEqual([
      ['', 'saved'],
      ['', 'stored'],
      ['', 'since'],
    ])
    expect(log.since(log.copy(), log.applyTo(STORED)).changed).toBe(false)
  })

  test('a message popped after a write that popped another is popped, and no more than that', () => {
    const log = new FlashLog(STORED)
    log.pop('errors')
    const written = log.copy()
    log.pop('')
    const again: FlashEntry = { id: '2', queue: 'errors', message: 'of another request' }
    const rest = log.since(written, [...written.applyTo(STORED), again])
    expect(messages(rest.applyTo([STORED[0] as FlashEntry, again]))).toEqual([
      ['errors', 'of another request'],
    ])
  })
})

describe('stored flash messages', () => {
  test('come back', () => {
    expect(unpackFlash(packFlash(STORED))).toEqual(STORED)
    expect(unpackFlash({ flash: [['1', '', undefined]] })).toEqual([
      { id: '1', queue: '', message: undefined },
    ])
  })

  test.each([
    [{}],
    [{ flash: 'text' }],
    [{ flash: { length: 1 } }],
    [{ flash: ['text'] }],
    [{ flash: [{ 0: '1', 1: '', 2: 'x' }] }],
    [{ flash: [[1, '', 'x']] }],
    [{ flash: [['1', 2, 'x']] }],
    [{ flash: [['1']] }],
    [{ flash: [null] }],
  ])('%j is none', (stored) => {
    expect(() => unpackFlash(stored)).toThrow(SyntaxError)
  })
})
