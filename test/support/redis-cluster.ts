import { setTimeout as sleep } from 'node:timers/promises'
import { type RedisServer, freePort, startRedis } from './redis-server.ts'

export interface RedisCluster {
  readonly nodes: readonly RedisServer[]
  /** Sends a command to the node that has the key. */
  cli(key: string, ...args: string[]): ReturnType<RedisServer['cli']>
  stop(): Promise<void>
}

const SLOTS = 16_384
const AGREED_WITHIN_MS = 20_000

/** Masters without replicas, which share the slots evenly. */
export async function startCluster(size = 3): Promise<RedisCluster> {
  const nodes = await Promise.all(Array.from({ length: size }, startNode))
  const cluster: RedisCluster = {
    nodes,
    async cli(key, ...args) {
      const slot = Number(await (nodes[0] as RedisServer).cli('cluster', 'keyslot', key))
      return (nodes[Math.floor((slot * size) / SLOTS)] as RedisServer).cli(...args)
    },
    stop: async () => void (await Promise.all(nodes.map((node) => node.stop()))),
  }
  try {
    await join(nodes)
  } catch (error) {
    await cluster.stop()
    throw error
  }
  return cluster
}

/** One that knows of no other. */
export async function startNode(): Promise<RedisServer> {
  return startRedis({ args: clusterArgs })
}

/** With another port of the bus each time, as somebody may have taken the last one meanwhile. */
async function clusterArgs(): Promise<readonly string[]> {
  const pace = ['--cluster-node-timeout', '1000', '--repl-diskless-sync-delay', '0']
  return ['--cluster-enabled', 'yes', '--cluster-port', `${await freePort()}`, ...pace]
}

/** Lets a node know another one, and so all that this one knows. */
export async function introduce(node: RedisServer, to: RedisServer): Promise<void> {
  const lines = ((await to.cli('config', 'get', 'cluster-port')) as string[]).join('\n')
  const bus = /^cluster-port\n(\d+)$/.exec(lines)?.[1]
  await node.cli('cluster', 'meet', '127.0.0.1', String(to.port), String(bus))
}

async function join(nodes: readonly RedisServer[]): Promise<void> {
  const [first] = nodes as [RedisServer]
  for (const [at, node] of nodes.entries()) {
    const slots = Array.from({ length: SLOTS }, (_, slot) => slot)
    const own = slots.filter((slot) => Math.floor((slot * nodes.length) / SLOTS) === at)
    await node.cli('cluster', 'set-config-epoch', String(at + 1))
    await node.cli('cluster', 'addslots', ...own.map(String))
    if (node !== first) await introduce(node, first)
  }
  const giveUpAt = Date.now() + AGREED_WITHIN_MS
  for (const node of nodes) {
    const agrees = async () => {
      const info = String(await node.cli('cluster', 'info'))
      return info.includes('cluster_state:ok') && info.includes(`cluster_size:${nodes.length}`)
    }
    while (!(await agrees())) {
      if (Date.now() > giveUpAt) throw new Error('the cluster does not agree')
      await sleep(20)
    }
  }
}
