import { type AddressInfo, type Socket, connect, createServer } from 'node:net'

export interface Relay {
  readonly url: string
  stop(): void
}

/** A way to Redis; `pass` says, for each connection, what becomes of the bytes either sends. */
export async function startRelay(
  redisPort: number,
  pass: (client: Socket, redis: Socket) => void,
): Promise<Relay> {
  const sockets = new Set<Socket>()
  const server = createServer({ noDelay: true }, (client) => {
    const redis = connect({ port: redisPort, host: '127.0.0.1', noDelay: true })
    pass(client, redis)
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
