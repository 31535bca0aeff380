import { createRequire } from 'node:module'
import type express from 'express'
import type { Driver } from '../driver.ts'
import { expressDriver } from './express-5.ts'

const express4 = createRequire(import.meta.url)('express4') as typeof express

export const driver: Driver = expressDriver('Express 4', express4)
