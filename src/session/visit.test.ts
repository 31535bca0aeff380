import { inspect } from 'node:util'
import { expect, test } from 'vitest'
import { beginTimed } from '../../test/support/timed.ts'

test('THREATS T12: a request printed with its session shows no cookie and no data', async () => {
  const { sessions, header } = await beginTimed()
  const request = {}
  const session = await sessions.open(header, request)
  session['card'] = 'hunter2'
  const printed = inspect(request, { depth: Infinity, showHidden: true, getters: true })
  expect(printed).toContain(`Visit of Session { id: '${session.id}'`)
  const [, , family = '', , signature = ''] = header.split(/[.=]/)
  for (const secret of [family, signature, 'hunter2']) {
    expect(secret).not.toBe('')
    expect(printed).not.toContain(secret)
  }
})

test.each([[undefined], [null], ['a request'], [7], [Object.freeze({})]])(
  'a session can be opened for %j, which keeps nothing',
  async (request) => {
    const { sessions, header } = await beginTimed()
    const session = await sessions.open(header, request as never)
    expect(session['n']).toBe(1)
    expect(() => sessions.from(request as never)).toThrow(/no session was opened/)
  },
)
