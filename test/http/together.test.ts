import { expect, onTestFinished, test } from 'vitest'
import { createSessions } from '../../src/sessions.ts'
import type { Data } from '../conformance/driver.ts'
import { drivers } from '../conformance/drivers.ts'
import { SECRET } from '../support/app.ts'
import { Connection } from '../support/raw-http.ts'

const overHttp1 = drivers.filter(({ protocol }) => protocol === undefined)

test.each(overHttp1)('visitors who ask at once are answered together: $name', async (driver) => {
  const log: string[] = []
  const sessions = createSessions<Data>({ secret: SECRET })
  const served = await driver.serve(sessions, async ({ path }) => {
    log.push('page')
    process.nextTick(() => log.push('tick'))
    return { body: `this is ${path}.` }
  })
  onTestFinished(() => served.close())
  const connections = [new Connection(served.port), new Connection(served.port)]
  async function ask(path: string): Promise<void> {
    for (const connection of connections) connection.send(`GET ${path} HTTP/1.1`, 'Host: localhost')
    await Promise.all(connections.map((connection) => connection.until(`this is ${path}.`)))
  }
  await ask('/first')
  log.length = 0
  await ask('/second')
  for (const { socket } of connections) socket.destroy()
  expect(log).toEqual(['page', 'page', 'tick', 'tick'])
})
