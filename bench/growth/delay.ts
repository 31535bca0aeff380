import { type Relay, startRelay } from '../relay.ts'

/** A way to Redis on which replies take so many milliseconds longer, however many are under way. */
export function delayRedis(redisPort: number, delayMs: number): Promise<Relay> {
  return startRelay(redisPort, (client, redis) => {
    client.on('data', (chunk) => redis.write(chunk))
    redis.on('data', (chunk) => setTimeout(() => client.write(chunk), delayMs))
  })
}
