/**
 * One server in a process of its own. Started by server-process.ts with framework, keeper and the
 * URL of Redis; tells its port, and on every message the CPU time it has used so far.
 */
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { expressServer } from './express-server.ts'
import { nodeServer } from './node-server.ts'
import type { FromServer } from './server-process.ts'
import type { Keeper } from './subjects.ts'

const [framework, keeper, redisUrl] = process.argv.slice(2) as [string, Keeper, string]

function tell(message: FromServer): void {
  process.send?.(message)
}

const serve = framework === 'Express' ? expressServer : nodeServer
const server = createServer(await serve(keeper, redisUrl))
server.listen(0, '127.0.0.1', () => tell({ port: (server.address() as AddressInfo).port }))
process.on('message', () => {
  const { user, system } = process.cpuUsage()
  tell({ cpuUs: user + system })
})
process.once('disconnect', () => process.exit())
