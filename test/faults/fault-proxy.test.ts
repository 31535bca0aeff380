import { once } from 'node:events'
import { type Socket, connect } from 'node:net'
import { array, assert, constantFrom, integer, property } from 'fast-check'
import { describe, expect, onTestFinished, test } from 'vitest'
import { useRedis } from '../support/both-stores.ts'
import { type Fault, type FaultProxy, nth, startFaultProxy } from '../support/fault-proxy.ts'
import { RespReader, commandName, isPush } from '../support/resp-reader.ts'

const REPLIES = [
  '+OK\r\n',
  '-ERR no\r\n',
  ':12\r\n',
  '_\r\n',
  '#t\r\n',
  ',1.5\r\n',
  '(12345678901234567890\r\n',
  '$-1\r\n',
  '$0\r\n\r\n',
  '$5\r\na\r\nbc\r\n',
  '=7\r\ntxt:abc\r\n',
  '*-1\r\n',
  '*0\r\n',
  '*2\r\n*1\r\n:1\r\n$3\r\n\r\n*\r\n',
  '%1\r\n+key\r\n*2\r\n:1\r\n:2\r\n',
  '~2\r\n+a\r\n+b\r\n',
  '|1\r\n+ttl\r\n:3\r\n:7\r\n',
  '>3\r\n+message\r\n+channel\r\n$2\r\nhi\r\n',
]

test('replies are found whole however they are cut', () => {
  const replies = array(constantFrom(...REPLIES), { minLength: 1, maxLength: 12 })
  const cuts = array(integer({ min: 1, max: 20 }), { minLength: 1 })
  assert(
    property(replies, cuts, (sent, sizes) => {
      const bytes = Buffer.from(sent.join(''))
      const reader = new RespReader()
      const found: string[] = []
      for (let at = 0, cut = 0; at < bytes.length; cut++) {
        const size = sizes[cut % sizes.length] as number
        found.push(...reader.read(bytes.subarray(at, at + size)).map(String))
        at += size
      }
      expect(found).toEqual(sent)
    }),
  )
})

test('commands have names, and pushes are told from replies', () => {
  expect(commandName(Buffer.from('*2\r\n$3\r\nGeT\r\n$1\r\nk\r\n'))).toBe('get')
  expect(commandName(Buffer.from('+OK\r\n'))).toBe('')
  expect(REPLIES.filter((reply) => isPush(Buffer.from(reply)))).toHaveLength(1)
})

describe('a fault', () => {
  const redis = useRedis()

  async function begin(fault?: Fault, at = 2): Promise<{ proxy: FaultProxy; client: Raw }> {
    const proxy = await startFaultProxy(redis.server.port)
    onTestFinished(() => proxy.close())
    if (fault !== undefined) proxy.plan(nth(at, fault))
    return { proxy, client: await raw(proxy.port) }
  }

  const n = async () => Number(await redis.server.cli('get', 'n'))

  test.each<[Fault, number, RegExp]>([
    ['kill before', 1, /^:1\r\n$/],
    ['lose reply', 2, /^:1\r\n$/],
    // A reset throws away what has arrived and was not read yet.
    ['reset', 2, /^(:1\r\n)?$/],
    ['half a reply', 2, /^:1\r\n:2$/],
  ])('%s, in the midst of a pipeline, cuts after what went before', async (fault, count, got) => {
    const { proxy, client } = await begin(fault)
    client.send('INCR n', 'INCR n', 'INCR n')
    await client.closed
    expect(client.received).toMatch(got)
    expect(await n()).toBe(count)
    expect(proxy.faults).toBe(1)
    const again = await raw(proxy.port)
    again.send('INCR n')
    await expect.poll(() => again.received).toBe(`:${count + 1}\r\n`)
  })

  test.each<[Fault, number]>([
    ['black hole', 1],
    ['reply lost, black hole', 2],
  ])('%s: nothing passes on any connection until it is healed', async (fault, count) => {
    const { proxy, client } = await begin(fault)
    client.send('INCR n')
    await expect.poll(() => client.received).toBe(':1\r\n')
    client.send('INCR n', 'INCR n')
    await expect.poll(() => proxy.faults).toBe(1)
    const other = await raw(proxy.port)
    other.send('INCR n')
    await expect.poll(n).toBe(count)
    expect([client.received, other.received]).toEqual([':1\r\n', ''])
    expect(client.isClosed).toBe(false)
    proxy.heal()
    await client.closed
    await other.closed
    const after = await raw(proxy.port)
    after.send('INCR n')
    await expect.poll(() => after.received).toMatch(/^:\d\r\n$/)
  })

  test('a delay holds a reply back, and all after it', async () => {
    const { client } = await begin({ delayMs: 80 })
    const sentAt = performance.now()
    client.send('INCR n', 'INCR n', 'INCR n')
    await expect.poll(() => client.received).toBe(':1\r\n:2\r\n:3\r\n')
    expect(performance.now() - sentAt).toBeGreaterThan(75)
  })

  test('bytes pass one by one', async () => {
    const { proxy, client } = await begin()
    proxy.split = true
    client.send(`SET text ${'x'.repeat(100)}`, 'GET text')
    await expect.poll(() => client.received).toBe(`+OK\r\n$100\r\n${'x'.repeat(100)}\r\n`)
    expect(client.chunks).toBeGreaterThan(20)
  })

  test('what a client sends to connect is not counted', async () => {
    const { proxy, client } = await begin('lose reply', 1)
    client.send('CLIENT ID', 'INFO server', 'INCR n')
    await client.closed
    expect(proxy.commands).toEqual(['incr'])
    expect(await n()).toBe(1)
  })
})

interface Raw {
  readonly received: string
  readonly chunks: number
  readonly isClosed: boolean
  readonly closed: Promise<unknown>
  send(...commands: string[]): void
}

/** A connection that says what it gets. All commands given at once go out in one piece. */
async function raw(port: number): Promise<Raw> {
  const socket: Socket = connect(port, '127.0.0.1')
  await once(socket, 'connect')
  let received = ''
  let chunks = 0
  socket.on('data', (chunk) => {
    received += chunk.toString('latin1')
    chunks++
  })
  socket.on('error', () => {})
  onTestFinished(() => void socket.destroy())
  const closed = new Promise((resolve) => socket.once('close', resolve))
  return {
    get received() {
      return received
    },
    get chunks() {
      return chunks
    },
    get isClosed() {
      return socket.closed
    },
    closed,
    send(...commands) {
      socket.write(commands.map(encode).join(''))
    },
  }
}

function encode(command: string): string {
  const words = command.split(' ')
  return `*${words.length}\r\n${words.map((word) => `$${word.length}\r\n${word}\r\n`).join('')}`
}
