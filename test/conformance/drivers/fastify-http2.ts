import fastify from 'fastify'
import type { Driver } from '../driver.ts'
import { serve } from './fastify.ts'

export const driver: Driver = {
  name: 'Fastify 5, HTTP/2',
  protocol: 'h2c',
  serve: (...args) => serve(fastify({ http2: true }), ...args),
}
