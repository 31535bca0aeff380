import { createClient } from 'redis'
import { type SessionRecord, expiryOf } from '../../src/record/record.ts'
import { parseRecord } from '../../src/record/record-format.ts'
import { withWrite } from '../../src/record/writes.ts'
import { portOf } from '../../src/store/redis/port.ts'
import { storeOf } from '../../src/store/redis/store-of.ts'
import { luaReads, luaShouldRead } from '../support/lua-reading.ts'
import { startRedis } from '../support/redis-server.ts'
import { type Campaign, type Figure, FuzzFailure, type Run, Tally, casesOf } from './campaign.ts'
import { mutatedValue } from './mutated-values.ts'
import { isDeepStrictEqual } from 'node:util'
import { samplesFrom } from './sample-records.ts'

/*
 * The same changed values as in stored-values, in a real Redis. Whatever parseRecord refuses the
 * scripts refuse and the other way round, but that scripts do not look for UTF-8. What a script
 * takes for a record and touches, parseRecord reads afterwards as the same record, touched.
 */
export const luaValues: Campaign = {
  name: 'stored-values-in-lua',
  claim: 'the Lua scripts take a changed value for what parseRecord takes it for',
  full: 200_000,
  quick: 2000,
  run,
}

/** Under way at the same time. */
const BATCH = 100
const DISTANT_FUTURE = 1e14

async function run(run: Run): Promise<Figure[]> {
  const server = await startRedis()
  const client = createClient({ url: server.url })
  await client.connect()
  try {
    return await compare(run, client)
  } finally {
    client.destroy()
    await server.stop()
  }
}

interface Client {
  sendCommand(command: readonly (string | Buffer)[]): Promise<unknown>
}

async function compare(run: Run, client: Client): Promise<Figure[]> {
  const samples = samplesFrom(run.seed)
  const tally = new Tally()
  let batch: Promise<void>[] = []
  for (const [at, random] of casesOf(run)) {
    const value = mutatedValue(random.oneOf(samples), samples, random)
    const work = compareOne(client, `key-${at % BATCH}`, value).then(
      (seen) => tally.add(seen),
      (error: unknown) => {
        throw new FuzzFailure(run, at, String(error), value.toString('latin1'))
      },
    )
    batch.push(work)
    if (batch.length < BATCH) continue
    await Promise.all(batch)
    batch = []
  }
  await Promise.all(batch)
  return [...tally.figures, { what: 'taken for something else', value: '0' }]
}

async function compareOne(client: Client, key: string, value: Buffer): Promise<string> {
  const port = portOf(client) ?? fail('no port')
  await client.sendCommand(['set', key, value])
  const read = await luaReads(port, key, value)
  if (read !== luaShouldRead(value)) fail(`Lua ${read ? 'took it for a record' : 'refused it'}`)
  const record = parseRecord(value)
  if (!read) return 'refused by both'
  if (typeof record === 'string') return 'taken by the scripts alone: text that is not UTF-8'
  return (await touchedAlike(client, key, record)) ? 'taken by both and touched' : 'taken by both'
}

async function touchedAlike(client: Client, key: string, record: SessionRecord): Promise<boolean> {
  const touched: SessionRecord = {
    ...record,
    writes: withWrite(record.writes, '~touch'),
    edition: record.edition + 1,
    touchedAt: record.touchedAt + 1,
    promotedAt: record.touchedAt + 1,
  }
  const ends = expiryOf(touched)
  if (ends <= Date.now() + 60_000 || ends > DISTANT_FUTURE) return false
  if (touched.edition > DISTANT_FUTURE || Math.abs(record.createdAt) > DISTANT_FUTURE) return false
  const { familyHash, edition, touchedAt } = touched
  const store = storeOf(client) ?? fail('no store')
  const touch = { familyHash, edition, at: touchedAt, active: true, writeId: '~touch' }
  await store.touch(key, touch)
  const stored = await store.read(key)
  if (!isDeepStrictEqual(stored, touched)) fail(`touched, it is ${JSON.stringify(stored)}`)
  return true
}

function fail(problem: string): never {
  throw new Error(problem)
}
