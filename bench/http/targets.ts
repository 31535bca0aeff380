import type { CaseName, Trial } from './cases.ts'
import type { Measured, Slice } from './measure.ts'
import { ratioOf, seriesOf, showRatio } from './ratio.ts'
import { FRAMEWORKS, type Framework, type Keeper, NEAR } from './subjects.ts'
import type { Table } from '../table.ts'

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
  { ...READ, name: 'write', figure: 'cpuUs', atMost: () => 1.2 },
  { ...READ, name: 'none', to: 'nothing', figure: 'cpuUs', atMost: () => 1.03 },
  { ...READ, name: 'anonymous', to: 'nothing', figure: 'cpuUs', atMost: () => 1.03 },
  { ...READ, keeper: NEAR, figure: 'cpuUs', atMost: () => 0.8 },
  { ...READ, figure: 'p99Ms', atMost: () => 1.3 },
  { ...READ, to: 'express-session', figure: 'cpuUs', atMost: () => 0.5 },
]

const FIGURES = { cpuUs: 'CPU', p99Ms: 'p99' } as const

/** Each figure this project holds itself to, and whether this run reached it. */
export function targetsOf(measured: Measured, trials: readonly Trial[]): Table {
  const rows = TARGETS.flatMap(({ name, keeper, to, figure, atMost }) =>
    FRAMEWORKS.flatMap((framework) => {
      const trial = trials.find((it) => it.name === name && it.size === 1.2)
      const [own, other] = [keeper, to].map(
        (it) => trial && seriesOf(measured, framework, it, trial),
      )
      if (own === undefined || other === undefined) return []
      const ratio = ratioOf(own, other, figure satisfies keyof Slice)
      const most = atMost(framework)
      const reached = ratio.median <= most ? 'reached' : 'not reached'
      const who = keeper === 'Sojourn' ? '' : ' with near cache'
      const what = `${name}${who}: ${framework}, ${FIGURES[figure]} to ${to}`
      return [[what, `${most}`, showRatio(ratio), reached]]
    }),
  )
  return { title: 'Sojourn against its targets', head: ['', 'at most', 'is', ''], rows }
}
