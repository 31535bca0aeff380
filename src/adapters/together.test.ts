import { AsyncLocalStorage } from 'node:async_hooks'
import { expect, onTestFinished, test, vi } from 'vitest'
import type { Visit } from '../session/visit.ts'
import { together } from './together.ts'

function visitNamed(name: string): Visit {
  return { property: name } as Visit
}

test('visits that came in one turn of the event loop go on before anything else does', async () => {
  const log: string[] = []
  const goOn = async ({ property = '' }: Visit) => {
    log.push(property)
    process.nextTick(() => log.push(`tick of ${property}`))
    await Promise.resolve()
    log.push(`${property} later`)
  }
  const both = [together(visitNamed('a')).then(goOn), together(visitNamed('b')).then(goOn)]
  await Promise.all(both)
  await new Promise(setImmediate)
  expect(log).toEqual(['a', 'b', 'a later', 'b later', 'tick of a', 'tick of b'])
})

test('they do not go on before that turn is over', async () => {
  const log: string[] = []
  const gone = together(visitNamed('a')).then(() => log.push('a'))
  await new Promise<void>((done) => process.nextTick(done))
  log.push('the turn is over')
  await gone
  expect(log).toEqual(['the turn is over', 'a'])
})

test('a visit that comes while others go on has a turn of its own', async () => {
  const first = await together(visitNamed('a'))
  const second = await together(visitNamed('b'))
  expect([first.property, second.property]).toEqual(['a', 'b'])
})

test('each goes on in the asynchronous context of its own request', async () => {
  const request = new AsyncLocalStorage<string>()
  const seen = ['a', 'b'].map(async (name) =>
    request.run(name, () => together(visitNamed(name)).then(() => request.getStore())),
  )
  expect(await Promise.all(seen)).toEqual(['a', 'b'])
})

test('a visit that is being read is not kept waiting', () => {
  const reading = Promise.resolve(visitNamed('a'))
  expect(together(reading)).toBe(reading)
})

test('an application that stands in for the timers is answered', async () => {
  vi.useFakeTimers()
  onTestFinished(() => void vi.useRealTimers())
  expect((await together(visitNamed('a'))).property).toBe('a')
})
