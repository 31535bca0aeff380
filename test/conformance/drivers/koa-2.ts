import { createRequire } from 'node:module'
import type Koa from 'koa'
import type { Driver } from '../driver.ts'
import { koaDriver } from './koa-3.ts'

const koa2 = createRequire(import.meta.url)('koa2') as typeof Koa

export const driver: Driver = koaDriver('Koa 2', koa2)
