/**
 * One server in a process of its own. Started by server-process.ts with framework, keeper and the
 * URL of Redis; tells its port, and then what it is asked for: the CPU time it has used so far, or a
 * profile of what it does until it is asked for that again.
 */
import type { Server } from 'node:http'
import { Session } from 'node:inspector/promises'
import type { AddressInfo } from 'node:net'
import { expressServer } from './frameworks/express.ts'
import { fastifyServer } from './frameworks/fastify.ts'
import { honoServer } from './frameworks/hono.ts'
import { koaServer } from './frameworks/koa.ts'
import { nodeServer } from './frameworks/node.ts'
import type { FromServer, ToServer } from './server-process.ts'
import type { Framework, Keeper } from './subjects.ts'

const SAMPLE_EVERY_US = 150

const SERVERS: Readonly<Record<Framework, (keeper: Keeper, url: string) => Promise<Server>>> = {
  'node:http': nodeServer,
  Express: expressServer,
  Fastify: fastifyServer,
  Koa: koaServer,
  Hono: honoServer,
}

const [framework, keeper, redisUrl] = process.argv.slice(2) as [Framework, Keeper, string]

function tell(message: FromServer): void {
  process.send?.(message)
}

const server = await SERVERS[framework](keeper, redisUrl)
server.listen(0, '127.0.0.1', () => tell({ port: (server.address() as AddressInfo).port }))
process.on('message', (asked: ToServer) => {
  if (asked === 'profile') return void profile()
  const { user, system } = process.cpuUsage()
  tell({ cpuUs: user + system })
})
process.once('disconnect', () => process.exit())

let inspector: Session | undefined

async function profile(): Promise<void> {
  if (inspector === undefined) {
    inspector = new Session()
    inspector.connect()
    await inspector.post('Profiler.enable')
    await inspector.post('Profiler.setSamplingInterval', { interval: SAMPLE_EVERY_US })
    await inspector.post('Profiler.start')
    tell({ profile: undefined })
  } else {
    const { profile: told } = await inspector.post('Profiler.stop')
    inspector.disconnect()
    inspector = undefined
    tell({ profile: told })
  }
}
