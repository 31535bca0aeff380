import { createServer } from 'node:http2'
import { withSession } from '../../../src/adapters/node.ts'
import type { Driver } from '../driver.ts'
import { listening } from '../listening.ts'
import { ignore, listener } from './node.ts'

export const driver: Driver = {
  name: 'node:http2',
  protocol: 'h2c',
  serve: (sessions, handle) =>
    listening(createServer(withSession(sessions, listener(handle), { onError: ignore }))),
}
