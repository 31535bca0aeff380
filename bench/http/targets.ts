import { account } from './account.ts'
import type { CaseName } from './cases.ts'
import type { Traffic } from './counting-proxy.ts'
import type { Slice } from './measure.ts'
import type { Result } from './result.ts'
import { type Ratio, ratioOf, seriesOf, showRatio } from './ratio.ts'
import { FRAMEWORKS, type Framework, type Keeper, NEAR, SAFE, isPeer } from './subjects.ts'
import { NONE, type Table } from '../table.ts'
import type { Asked, RedisUse } from './traffic.ts'

interface Target {
  readonly name: CaseName
  readonly keeper: Keeper
  readonly to: Keeper
  readonly figure: 'cpuUs' | 'p99Ms'
  readonly atMost: (framework: Framework) => number
}

const READ = { name: 'read', keeper: 'Sojourn', to: 'limit' } as const

const TARGETS: readonly Target[] = [
  { ...READ, figure: 'cpuUs', atMost: (framework) => (framework === 'Express' ? 1.15 : 1.1) },
  { ...READ, name: 'read once', figure: 'cpuUs', atMost: () => 1.1 },
  { ...READ, name: 'write', figure: 'cpuUs', atMost: () => 1.2 },
  { ...READ, name: 'write once', figure: 'cpuUs', atMost: () => 1.2 },
  { ...READ, name: 'none', to: 'nothing', figure: 'cpuUs', atMost: () => 1.03 },
  { ...READ, name: 'anonymous', to: 'nothing', figure: 'cpuUs', atMost: () => 1.03 },
  { ...READ, keeper: NEAR, figure: 'cpuUs', atMost: () => 0.8 },
  { ...READ, figure: 'p99Ms', atMost: () => 1.3 },
  { ...READ, to: 'express-session', figure: 'cpuUs', atMost: () => 0.5 },
]

const [REACHED, BARELY, MISSED] = ['reached', 'reached, within noise', 'not reached']
const FIGURES = { cpuUs: 'CPU', p99Ms: 'p99' } as const

/** Each figure this project holds itself to, and whether this run reached it. */
export function targetsOf({ measured, trials, uses }: Result): Table {
  const rows = TARGETS.flatMap(({ name, keeper, to, figure, atMost }) =>
    FRAMEWORKS.flatMap((framework) => {
      const trial = trials.find((it) => it.name === name && it.size === 1.2)
      const seriesBy = (it: Keeper) => trial && seriesOf(measured, framework, it, trial)
      const [own, other] = [seriesBy(keeper), seriesBy(to)]
      if (own === undefined || other === undefined) return []
      const ratio = ratioOf(own, other, figure satisfies keyof Slice)
      const most = atMost(framework)
      const who = keeper === 'Sojourn' ? '' : ' with near cache'
      const what = `${name}${who}: ${framework}, ${FIGURES[figure]} to ${to}`
      const safe = keeper === 'Sojourn' && !isPeer(to) ? seriesBy(SAFE) : undefined
      const bySafe = safe ? ratioOf(safe, other, figure).median.toFixed(2) : NONE
      return [[what, `${most}`, showRatio(ratio), verdictOf(ratio, most), bySafe]]
    }),
  )
  rows.push(...trafficTargets(uses).map((row) => [...row, NONE]))
  return {
    title: 'Sojourn against its targets',
    head: ['', 'at most', 'is', '', 'safe limit'],
    rows,
  }
}

/** By the median; a round that crosses the target shows that the next run may not reach it. */
function verdictOf({ median, highest }: Ratio, most: number): string {
  if (median <= most) return highest <= most ? REACHED : BARELY
  return MISSED
}

/** Commands, each of which is a round trip of its own. */
const COMMANDS = { anonymous: 0, read: 1, 'first write': 1, write: 2, 'sign-out': 2 } as const
const BYTES_AT_MOST = 1.1

const BARE_BYTES = Buffer.byteLength(JSON.stringify(account()))

/** What is the same in every framework: the most that any of them asks and keeps. */
function trafficTargets(uses: readonly RedisUse[]): string[][] {
  const ours = uses.filter(({ subject }) => subject.keeper === 'Sojourn')
  const rows = Object.entries(COMMANDS).map(([name, atMost]) => {
    const is = Math.max(...ours.map(({ traffic }) => commandsIn(traffic.get(name as Asked))))
    return [`${name}: commands, round trips`, `${atMost}`, `${is}`, is <= atMost ? REACHED : MISSED]
  })
  const bytes = Math.max(...ours.map(({ stored }) => (stored?.value ?? 0) / BARE_BYTES))
  const reached = bytes <= BYTES_AT_MOST ? REACHED : MISSED
  return [...rows, ['bytes in Redis, to the JSON', `${BYTES_AT_MOST}`, bytes.toFixed(2), reached]]
}

function commandsIn(traffic: Traffic | undefined): number {
  const commands = [...(traffic?.commands.values() ?? [])].reduce((sum, calls) => sum + calls, 0)
  return Math.max(commands, traffic?.roundTrips ?? 0)
}
