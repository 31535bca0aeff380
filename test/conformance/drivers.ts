import type { Driver } from './driver.ts'
import { driver as express5 } from './drivers/express-5.ts'
import { driver as node } from './drivers/node.ts'

export const drivers: readonly Driver[] = [node, express5]
