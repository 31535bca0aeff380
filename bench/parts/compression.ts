/**
 * What it would cost to compress what is stored, and what it would save. Run:
 * `npm run bench:compression`, with `-- --write` to keep the result in the decision about it. All take
 * turns, and medians are compared: CPU per session written and read, all threads of the process,
 * Redis on the other core, ten at once.
 */
import { parseArgs } from 'node:util'
import {
  brotliCompressSync,
  brotliDecompressSync,
  constants,
  deflateRawSync,
  inflateRawSync,
} from 'node:zlib'
import { createClient } from 'redis'
import type { SessionOptions } from '../../src/options/options.ts'
import { decode, encode } from '../../src/record/serialize.ts'
import { createSessions } from '../../src/sessions.ts'
import { redisStore } from '../../src/store/redis/redis-store.ts'
import { machine } from '../../test/support/machine.ts'
import { writeSection } from '../../test/support/page-section.ts'
import { startRedis } from '../../test/support/redis-server.ts'
import { type Account, type Size, account, addView } from '../http/account.ts'
import { median } from '../http/ratio.ts'
import { asMarkdown, asText } from '../table.ts'

const { values } = parseArgs({
  options: { rounds: { type: 'string', default: '30' }, write: { type: 'boolean' } },
})
const ROUNDS = Number(values.rounds)
const AT_ONCE = 10

type Data = Record<string, unknown>
type Serializer = Pick<SessionOptions<Account>, 'serialize' | 'deserialize'>

const brotliFast = { params: { [constants.BROTLI_PARAM_QUALITY]: 1 } }
const SERIALIZERS: Readonly<Record<string, Serializer>> = {
  'as it is': {},
  'deflate, level 1': {
    serialize: (data) => deflateRawSync(encode(data), { level: 1 }),
    deserialize: (stored) => decode(String(inflateRawSync(stored))) as Data,
  },
  'brotli, quality 1': {
    serialize: (data) => brotliCompressSync(encode(data), brotliFast),
    deserialize: (stored) => decode(String(brotliDecompressSync(stored))) as Data,
  },
}

const redis = await startRedis()
const client = createClient({ url: redis.url })
client.on('error', () => {})
await client.connect()
const rows: string[][] = []
for (const size of [1.2, 10, 64, 256] as const) rows.push(...(await measure(size)))
const table = {
  title: 'Measured',
  head: ['', 'read, CPU µs', 'read, ratio', 'write, CPU µs', 'write, ratio', 'bytes'],
  rows,
}
console.log(asText(table))
const command = ['npm run bench:compression --', ...process.argv.slice(2)].join(' ')
const intro = `\`${command}\` printed this: ${machine()}.`
if (values.write) {
  const [, ...lines] = asMarkdown(table).split('\n')
  writeSection('decisions/027-no-compression.md', 'Measured', `${intro}\n${lines.join('\n')}`)
}
client.destroy()
await redis.stop()

async function measure(size: Size): Promise<string[][]> {
  const all = await Promise.all(
    Object.entries(SERIALIZERS).map(async ([name, serializer]) => ({
      name,
      ...(await begin(serializer, size)),
      reads: [] as number[],
      writes: [] as number[],
    })),
  )
  for (let round = -5; round < ROUNDS; round++) {
    for (let next = 0; next < all.length; next++) {
      const one = all[(next + Math.abs(round)) % all.length] as (typeof all)[0]
      const [read, write] = [await cpuOf(one.read), await cpuOf(one.write)]
      if (round < 0) continue
      one.reads.push(read)
      one.writes.push(write)
    }
  }
  const [bare] = all as [(typeof all)[0]]
  return all.map(({ name, reads, writes, bytes }) => [
    `${size} KB, ${name}`,
    median(reads).toFixed(1),
    (median(reads) / median(bare.reads)).toFixed(2),
    median(writes).toFixed(1),
    (median(writes) / median(bare.writes)).toFixed(2),
    String(bytes),
  ])
}

async function begin(serializer: Serializer, size: Size) {
  const sessions = createSessions<Account>({
    secret: 'Vn3pJw7sKx0bTq5yRz8dGm2hLc4fWa6e',
    store: redisStore({ client }),
    warnBytes: 536_870_912,
    ...serializer,
  })
  const cookies: string[] = []
  let id = ''
  while (cookies.length < AT_ONCE) {
    const session = Object.assign(await sessions.open(), account(size))
    const { setCookie = '' } = await sessions.commit(session)
    cookies.push(setCookie.split(';')[0] as string)
    ;({ id } = session)
  }
  async function visit(at: number, change?: (session: Account) => void): Promise<void> {
    const session = await sessions.open(cookies[at])
    if (session.user === undefined) throw new Error('the session is not there')
    change?.(session as unknown as Account)
    await sessions.commit(session)
  }
  const bytes = Number(await redis.cli('strlen', `session:${id}`))
  return { read: (at: number) => visit(at), write: (at: number) => visit(at, addView), bytes }
}

/** Microseconds for each, ten at once. */
async function cpuOf(work: (at: number) => Promise<void>): Promise<number> {
  const calls = 20
  const before = process.cpuUsage()
  for (let call = 0; call < calls; call += AT_ONCE) {
    await Promise.all(Array.from({ length: AT_ONCE }, (_, at) => work(at)))
  }
  const { user, system } = process.cpuUsage(before)
  return (user + system) / calls
}
