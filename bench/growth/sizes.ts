import { randomUUID } from 'node:crypto'
import { createClient } from 'redis'
import { startRedis } from '../../test/support/redis-server.ts'
import { type Account, SIZES, type Size, account } from '../http/account.ts'
import type { LineChart } from '../chart/lines.ts'
import { NONE, type Table } from '../table.ts'
import { medians } from '../timing.ts'
import { type Client, begin, client } from './client.ts'

/** Operations of each round: fewer of large sessions. */
const PER_ROUND = 40

/** Reads and writes of sessions from 1.2 KB to 1 MB, against GET and SET with JSON. */
export async function sizes(rounds: number): Promise<{ table: Table; chart: LineChart }> {
  const redis = await startRedis()
  const its = client(redis.url, redis)
  const bare = createClient({ url: redis.url, commandOptions: { timeout: 0 } })
  await bare.connect()
  try {
    const rows: string[][] = []
    const ratios: [number, number][] = []
    for (const size of SIZES) {
      const key = randomUUID()
      await bare.set(key, JSON.stringify(account(size)))
      const get = async () => JSON.parse((await bare.get(key)) as string) as Account
      const [cookie] = (await begin(its, 1, size)) as [string]
      let views = 0
      const works = [
        get,
        () => request(its, cookie),
        async () => bare.set(key, JSON.stringify({ ...(await get()), views: ++views })),
        () => request(its, cookie, ++views),
      ].map((work) => () => cpuPerCall(work, size))
      await medians(Math.ceil(rounds / 3), works)
      const [got, read, set, written] = (await medians(rounds, works)) as Figures
      ratios.push([read / got, written / set])
      const cells = [got, read, set, written].map((us) => us.toFixed(0))
      rows.push([
        `${size} KB`,
        cells[0] as string,
        cells[1] as string,
        (read / got).toFixed(2),
        cells[2] as string,
        cells[3] as string,
        (written / set).toFixed(2),
      ])
    }
    rows.push(['1.1 MB', NONE, NONE, NONE, NONE, await refused(its), NONE])
    const head = ['', 'GET µs', 'read µs', 'ratio', 'SET µs', 'write µs', 'ratio']
    return {
      table: { title: `Sizes: CPU per request without HTTP, ${rounds} rounds`, head, rows },
      chart: {
        title: 'CPU per request, without HTTP',
        unit: 'GET and SET with JSON = 1',
        steps: SIZES.map((size) => `${size} KB`),
        lines: [
          { name: 'read', kind: 'ours', values: ratios.map(([read]) => read) },
          { name: 'write', kind: 'peer', values: ratios.map(([, write]) => write) },
        ],
      },
    }
  } finally {
    bare.destroy()
    await its.close()
  }
}

type Figures = [got: number, read: number, set: number, written: number]

async function request({ sessions }: Client, cookie: string, views?: number): Promise<void> {
  const session = await sessions.open(cookie)
  if (session.user === undefined) throw new Error('there is no session')
  if (views !== undefined) session.views = views
  await sessions.commit(session)
}

async function cpuPerCall(work: () => Promise<unknown>, size: Size): Promise<number> {
  const calls = Math.max(2, Math.round(PER_ROUND / Math.max(1, size / 10)))
  const before = process.cpuUsage()
  for (let call = 0; call < calls; call++) await work()
  const { user, system } = process.cpuUsage(before)
  return (user + system) / calls
}

/** What becomes of a session above `maxBytes`, and that what was stored before stays. */
async function refused(its: Client): Promise<string> {
  const [cookie] = (await begin(its, 1, 1000)) as [string]
  const session = await its.sessions.open(cookie)
  session.notice = 'x'.repeat(100_000)
  const failure = await its.sessions.commit(session).then(
    () => 'stored',
    (error: Error) => error.name,
  )
  const { notice } = await its.sessions.open(cookie)
  if (notice !== account().notice) throw new Error('what was refused has been stored')
  return failure
}
