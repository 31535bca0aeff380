import { createServer } from 'node:http2'
import Koa from 'koa'
import type { Driver } from '../driver.ts'
import { listening } from '../listening.ts'
import { koaListener } from './koa-3.ts'

export const driver: Driver = {
  name: 'Koa 3, HTTP/2',
  protocol: 'h2c',
  serve(...args) {
    const listener = koaListener(new Koa(), ...args)
    return listening(createServer((request, response) => void listener(request, response)))
  },
}
