import { expect, onTestFinished, test } from 'vitest'
import { OptionError } from '../../src/errors.ts'
import { createSessions } from '../../src/sessions.ts'
import { type Data, SECRET } from '../support/app.ts'
import { collect } from '../support/events.ts'
import { cookieOf } from '../support/timed.ts'

function noteWarnings(): Error[] {
  const warnings: Error[] = []
  const note = (warning: Error) => {
    if ((warning as { code?: string }).code === 'SOJOURN_LARGE') warnings.push(warning)
  }
  process.on('warning', note)
  onTestFinished(() => void process.off('warning', note))
  return warnings
}

test('a session above warnBytes is told of at each write, with its largest keys, and warned of once', async () => {
  const sessions = createSessions<Data>({ secret: SECRET, warnBytes: 100 })
  const [events, warnings] = [collect(), noteWarnings()]
  const first = await sessions.open()
  const long = 'k'.repeat(100)
  Object.assign(first, { a: 'x'.repeat(40), b: 1, c: ['é'.repeat(30)], [long]: 0 })
  const { setCookie } = await sessions.commit(first)
  const written = { id: first.id, bytes: 228, request: undefined }
  const largest = [
    { key: 'c', bytes: 64 },
    { key: 'a', bytes: 42 },
    { key: 'b', bytes: 1 },
    { key: long, bytes: 1 },
  ]
  expect(events.of('large')).toEqual([{ ...written, largest }])
  await sessions.commit(await sessions.open(cookieOf(setCookie)))
  const second = await sessions.open(cookieOf(setCookie))
  second.pushFlash('y'.repeat(20))
  await sessions.commit(second)
  expect(events.of('large')).toHaveLength(2)
  const third = await sessions.open(cookieOf(setCookie))
  await third.update((draft) => {
    draft['d'] = 'z'.repeat(10)
  })
  expect(events.of('large')).toHaveLength(3)
  await new Promise(setImmediate)
  expect(warnings.map(({ message }) => message)).toEqual([
    expect.stringMatching(
      /takes 228 bytes, more than warnBytes, 100;.*: c \(64\), a \(42\), b \(1\), k{64}… \(1\)$/,
    ),
  ])
})

test('up to warnBytes nothing is told, and five keys are enough', async () => {
  const sessions = createSessions<Data>({ secret: SECRET, warnBytes: 82 })
  const events = collect()
  const small = await sessions.open()
  small['a'] = 'x'.repeat(74)
  await sessions.commit(small)
  expect(events.of('large')).toEqual([])
  const large = await sessions.open()
  for (let n = 0; n < 20; n++) large[`key${n}`] = 'x'.repeat(n)
  await sessions.commit(large)
  const [told] = events.of('large')
  expect(told?.largest?.map(({ key }) => key)).toEqual([
    'key19',
    'key18',
    'key17',
    'key16',
    'key15',
  ])
})

test.each([0, 1.5, '100', Infinity])('warnBytes %s is refused', (warnBytes) => {
  const make = () => createSessions({ secret: SECRET, warnBytes: warnBytes as number })
  expect(make).toThrow(OptionError)
})
