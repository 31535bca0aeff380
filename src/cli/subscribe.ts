import { type Node, type Redis, openNode } from './nodes.ts'

/** Told of each message; `channel` as it is. */
export type Hear = (channel: string, message: string) => void

/** node-redis has the first of these, ioredis the second. */
interface Client {
  pSubscribe?(pattern: string, heard: (message: string, channel: string) => void): Promise<unknown>
  psubscribe(pattern: string): Promise<unknown>
  on(event: 'pmessage', heard: (pattern: string, channel: string, message: string) => void): unknown
  on(event: 'error' | 'close', listener: () => void): unknown
}

export interface Subscribed {
  close(): Promise<void>
}

/** Listens to all channels of a pattern, on connections of its own. */
export async function subscribe(
  nodes: Redis['masters'],
  pattern: string,
  hear: Hear,
  interrupted: (name: string) => void,
): Promise<Subscribed> {
  const opened: Node[] = []
  let closing = false
  async function close(): Promise<void> {
    closing = true
    await Promise.all(opened.map(({ client }) => client.close()))
  }
  try {
    for (const { connection } of nodes) {
      const node = await openNode(connection)
      opened.push(node)
      const client = node.client as unknown as Client
      // ioredis says of a connection that the server has ended only that it closed.
      for (const event of ['error', 'close'] as const) {
        client.on(event, () => closing || interrupted(node.name))
      }
      if (client.pSubscribe !== undefined) {
        await client.pSubscribe(pattern, (message, channel) => hear(channel, message))
      } else {
        client.on('pmessage', (_, channel, message) => hear(channel, message))
        await client.psubscribe(pattern)
      }
    }
  } catch (error) {
    await close()
    throw error
  }
  return { close }
}
