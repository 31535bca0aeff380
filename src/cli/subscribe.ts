import { type Node, type Redis, openNode } from './nodes.ts'

/** Told of each message; `channel` as it is. */
export type Hear = (channel: string, message: string) => void

/** node-redis has the first of these, ioredis the second. */
interface Client {
  pSubscribe?(pattern: string, heard: (message: string, channel: string) => void): Promise<unknown>
  psubscribe(pattern: string): Promise<unknown>
  on(event: 'pmessage', heard: (pattern: string, channel: string, message: string) => void): unknown
  on(event: 'error' | 'close' | 'ready', listener: () => void): unknown
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

  /** Once per outage. node-redis emits `error` when a server hangs up, ioredis only `close`. */
  function tellOutages(client: Client, name: string): void {
    let told = false
    function lost(): void {
      if (!told && !closing) interrupted(name)
      told = true
    }
    client.on('error', lost)
    client.on('close', lost)
    client.on('ready', () => void (told = false))
  }

  try {
    for (const { connection } of nodes) {
      const node = await openNode(connection)
      opened.push(node)
      const client = node.client as unknown as Client
      tellOutages(client, node.name)
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
