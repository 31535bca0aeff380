import { expect, it } from 'vitest'
import { progressBar } from './progress.ts'

function bar(isTTY: boolean) {
  let [now, written] = [0, '']
  const stream = { isTTY, write: (text: unknown) => ((written += String(text)), true) }
  const progress = progressBar(stream, () => now)
  return {
    looked: (at: number, keys: number, ofAll: number) => {
      now = at
      progress.looked(keys, ofAll)
    },
    done: () => progress.done(),
    written: () => written,
  }
}

it('shows how far a long scan is, and takes itself away', () => {
  const { looked, done, written } = bar(true)
  looked(1000, 500, 1000)
  expect(written()).toBe(`\r[${'#'.repeat(15)}${'.'.repeat(15)}] 50 % of 1000 keys`)
  looked(1010, 600, 1000)
  expect(written()).not.toContain('60 %')
  done()
  expect(written().endsWith('\r\u{1b}[K')).toBe(true)
})

it.each([
  ['nobody looks', false, 5000],
  ['the scan is short', true, 100],
])('writes nothing where %s', (_, isTTY, at) => {
  const { looked, done, written } = bar(isTTY)
  looked(at, 500, 1000)
  done()
  expect(written()).toBe('')
})

it('takes nothing away where nothing was looked at', () => {
  const { done, written } = bar(true)
  done()
  expect(written()).toBe('')
})
