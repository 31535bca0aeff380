import { type RedisServer, startRedis } from './redis-server.ts'

export interface Replicated {
  readonly primary: RedisServer
  readonly replicas: readonly RedisServer[]
  /** Makes a replica the primary, as a failover does. The old one is left as it is. */
  promote(replica: RedisServer): Promise<void>
  stop(): Promise<void>
}

const IN_STEP_WITHIN_MS = 20_000

/** A primary with replicas that have all it has. */
export async function startReplicated(count = 1): Promise<Replicated> {
  const primary = await startRedis({ args: ['--repl-diskless-sync-delay', '0'] })
  const replicaOf = ['--replicaof', `127.0.0.1 ${primary.port}`]
  const replicas = await Promise.all(
    Array.from({ length: count }, () => startRedis({ args: replicaOf })),
  )
  const replicated: Replicated = {
    primary,
    replicas,
    promote: async (replica) => void (await replica.cli('replicaof', 'no', 'one')),
    async stop() {
      await Promise.all([primary, ...replicas].map((server) => server.stop()))
    },
  }
  const giveUpAt = performance.now() + IN_STEP_WITHIN_MS
  for (;;) {
    const info = String(await primary.cli('info', 'replication'))
    if (info.split('state=online').length - 1 === count) return replicated
    if (performance.now() > giveUpAt) {
      await replicated.stop()
      throw new Error('the replicas are not in step')
    }
    await new Promise(setImmediate)
  }
}
