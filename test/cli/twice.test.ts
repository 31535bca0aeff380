import { expect, it } from 'vitest'
import { parseArguments } from '../../src/cli/arguments.ts'
import { ls } from '../../src/cli/ls.ts'
import { type Node, connect } from '../../src/cli/nodes.ts'
import { stats } from '../../src/cli/stats.ts'
import { resolveConnection } from '../../src/store/redis/connection.ts'
import { useRedis } from '../support/both-stores.ts'
import { signedIn } from './command-line.ts'

const redis = useRedis()

/** SCAN may give a key more than once; here it gives all of them twice. */
function stuttering(node: Node): Node {
  let scans = 0
  return {
    ...node,
    async send(name, ...args) {
      if (name !== 'scan') return node.send(name, ...args)
      const [, keys] = (await node.send('scan', '0', ...args.slice(1))) as [unknown, unknown]
      return [scans++ === 0 ? '1' : '0', keys]
    },
  }
}

it.each([
  ['stats', stats, { sessions: { all: 2, signedIn: 2 }, principals: { all: 1 } }],
  ['ls', ls, { sessions: [{ principal: 'ada' }, { principal: 'ada' }] }],
])('%s counts a session once that SCAN gives twice', async (name, command, json) => {
  for (const _ of [1, 2]) await signedIn(redis.server, 'ada')
  const connected = await connect(resolveConnection({ url: redis.server.url }))
  try {
    const twice = { ...connected, masters: connected.masters.map(stuttering) }
    const task = { redis: twice, prefix: 'session:', now: Date.now(), reasonKept: 60 }
    const found = await command(parseArguments([name]))(task)
    expect(found.json).toMatchObject(json)
  } finally {
    await connected.close()
  }
})
