import { Random } from '../../src/testing/random.ts'
import { keepCookie, pairsOf } from '../support/browser-jar.ts'
import type { Crew } from './crew.ts'
import type { History, Operation } from './history.ts'
import type { Way } from './job.ts'
import { type PlannedRequest, makePlan, nameOf } from './plan.ts'

let played = 0

/** Plays the history of a seed: what is done is the same each time, what comes first is not. */
export async function play(crew: Crew, seed: number, way: Way): Promise<History> {
  const history = ++played
  const { first, tabs } = makePlan(new Random(seed), crew.size)
  const jar = new Map<string, string>()
  const issued = new Set<string>()
  const operations: Operation[] = []

  function keep(line: string): void {
    keepCookie(jar, line)
    for (const pair of pairsOf(jar)) issued.add(pair)
  }

  async function send({ worker, kind, steps }: PlannedRequest, by: string): Promise<void> {
    const header = pairsOf(jar).join('; ')
    if (kind === 'revoke' && header === '') return crew.tell({ history, over: by })
    const on = kind === 'revoke' ? idIn(header) : header
    const done = await crew.do(worker, { history, way, by, kind, on, steps })
    operations.push(...done.operations)
    for (const line of done.setCookies) keep(line)
    crew.tell({ history, over: by })
    // What the one who was answered sees next, by whichever process.
    await look(worker + 1, header, `${by}, again`)
  }

  async function look(worker: number, on: string, by: string): Promise<void> {
    const straight = { ...way, faulty: false }
    const job = { history, way: straight, by, kind: 'look', on, steps: [] } as const
    operations.push(...(await crew.do(worker, job)).operations)
  }

  await send(first, 'first')
  await Promise.all(
    tabs.map(async (requests, tab) => {
      for (const [at, request] of requests.entries()) await send(request, nameOf(tab, at))
    }),
  )
  // Nothing is under way: what every cookie that was ever sent opens now is what has come of it.
  for (const [at, on] of [...issued].entries()) await look(at, on, 'at last')
  crew.tell({ history, over: null })
  return operations
}

function idIn(header: string): string {
  const [, value = ''] = header.split('; ').at(-1)?.split('=') ?? []
  return value.split('.')[0] ?? ''
}
