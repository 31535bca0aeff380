import { introduce, startCluster, startNode } from './redis-cluster.ts'
import type { RedisServer } from './redis-server.ts'
import { until } from './until.ts'

/** How many slots one move takes along. */
const SLOTS_AT_ONCE = 100

export interface ChangingCluster {
  readonly ports: readonly number[]
  /** Ends a master without a word, waits for its replica to take over, and gives that one another. */
  failOver(): Promise<void>
  /** Moves slots, with what lies in them, from one master to another. */
  moveSlots(): Promise<void>
  stop(): Promise<void>
}

interface Node {
  readonly id: string
  readonly port: number
  readonly isMaster: boolean
  readonly failed: boolean
  readonly slots: readonly number[]
}

/** Three masters, each with a replica. */
export async function startChangingCluster(): Promise<ChangingCluster> {
  const { nodes } = await startCluster(3)
  const servers = new Map(nodes.map((node) => [node.port, node]))
  const at = (port: number) => servers.get(port) as RedisServer
  const anybody = () => [...servers.values()][0] as RedisServer
  let turn = 0

  async function seen(): Promise<Node[]> {
    return parse(String(await anybody().cli('cluster', 'nodes')))
  }
  async function masters(): Promise<Node[]> {
    const all = await seen()
    return all.filter(({ isMaster, failed, slots }) => isMaster && !failed && slots.length > 0)
  }
  async function isWhole(): Promise<boolean> {
    const infos = [...servers.values()].map((server) => server.cli('cluster', 'info'))
    return (await Promise.all(infos)).every((info) => String(info).includes('cluster_state:ok'))
  }
  async function addReplica(master: number): Promise<void> {
    const replica = await startNode()
    servers.set(replica.port, replica)
    await introduce(replica, at(master))
    const id = String(await at(master).cli('cluster', 'myid'))
    await until('the replica follows', async () => {
      await replica.cli('cluster', 'replicate', id)
      return true
    })
    await until('the replica is in step', async () => {
      const info = String(await replica.cli('info', 'replication'))
      return info.includes('master_link_status:up')
    })
  }

  async function stop(): Promise<void> {
    await Promise.all([...servers.values()].map((server) => server.stop()))
  }
  try {
    await Promise.all(nodes.map(({ port }) => addReplica(port)))
  } catch (error) {
    await stop()
    throw error
  }
  return {
    stop,
    ports: nodes.map(({ port }) => port),
    async failOver() {
      const all = await masters()
      const fallen = all[turn++ % all.length] as Node
      const server = at(fallen.port)
      servers.delete(fallen.port)
      process.kill(server.pid, 'SIGKILL')
      const [slot] = fallen.slots as [number]
      const next = async () => (await masters()).find(({ slots }) => slots.includes(slot))
      await until('another is master', async () => (await next())?.port !== fallen.port)
      await until('the cluster is whole', isWhole)
      await server.stop()
      await addReplica((await next())?.port as number)
    },
    async moveSlots() {
      const all = await masters()
      const from = all[turn % all.length] as Node
      const to = all[++turn % all.length] as Node
      for (const slot of from.slots.slice(0, SLOTS_AT_ONCE).map(String)) {
        await at(to.port).cli('cluster', 'setslot', slot, 'importing', from.id)
        await at(from.port).cli('cluster', 'setslot', slot, 'migrating', to.id)
        for (;;) {
          const keys = await at(from.port).cli('cluster', 'getkeysinslot', slot, '100')
          if ((keys as string[]).length === 0) break
          const where = ['127.0.0.1', String(to.port), '', '0', '5000', 'keys']
          await at(from.port).cli('migrate', ...where, ...(keys as string[]))
        }
        for (const { port } of [to, from, ...all]) {
          await at(port).cli('cluster', 'setslot', slot, 'node', to.id)
        }
      }
    },
  }
}

/** What CLUSTER NODES answers. */
function parse(text: string): Node[] {
  return text
    .trim()
    .split('\n')
    .map((line) => {
      const [id = '', address = '', flags = '', , , , , , ...ranges] = line.split(' ')
      return {
        id,
        port: Number(/:(\d+)@/.exec(address)?.[1]),
        isMaster: flags.includes('master'),
        failed: /fail(?!\?)/.test(flags),
        slots: ranges.filter((range) => !range.startsWith('[')).flatMap(slotsOf),
      }
    })
}

function slotsOf(range: string): number[] {
  const [first = 0, last = first] = range.split('-').map(Number)
  return Array.from({ length: last - first + 1 }, (_, at) => first + at)
}
