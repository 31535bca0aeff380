import { createServer } from 'node:http2'
import type { Driver } from '../driver.ts'
import { listening } from '../listening.ts'
import { guarded } from './node.ts'

export const driver: Driver = {
  name: 'node:http2',
  protocol: 'h2c',
  serve: (...args) => listening(createServer(guarded(...args))),
}
