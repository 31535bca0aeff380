import { createClient } from 'redis'

export const SECRET = 'only for the benchmark, where nothing is secret'

/** As the READMEs of the peers, and of node-redis, connect. */
export async function connect(redisUrl: string) {
  const client = createClient({ url: redisUrl })
  client.on('error', () => {})
  await client.connect()
  return client
}
