import { type AddressInfo, type Socket, connect, createServer } from 'node:net'

export interface DelayedRedis {
  readonly url: string
  stop(): void
}

/** A way to Redis on which replies take so many milliseconds longer, however many are under way. */
export async function delayRedis(redisPort: number, delayMs: number): Promise<DelayedRedis> {
  const sockets = new Set<Socket>()
  const server = createServer({ noDelay: true }, (client) => {
    const redis = connect({ port: redisPort, host: '127.0.0.1', noDelay: true })
    client.on('data', (chunk) => redis.write(chunk))
    redis.on('data', (chunk) => setTimeout(() => client.write(chunk), delayMs))
    for (const [one, other] of [
      [client, redis],
      [redis, client],
    ] as const) {
      sockets.add(one)
      one.on('error', () => {})
      one.once('close', () => {
        sockets.delete(one)
        other.destroy()
      })
    }
  })
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve)
  })
  return {
    url: `redis://127.0.0.1:${(server.address() as AddressInfo).port}`,
    stop() {
      server.close()
      for (const socket of sockets) socket.destroy()
    },
  }
}
