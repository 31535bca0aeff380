import { type BarChart, barChart } from '../chart/bars.ts'
import { lineChart } from '../chart/lines.ts'
import type { Kind } from '../chart/svg.ts'
import type { CaseName, Trial } from './cases.ts'
import type { Measured } from './measure.ts'
import { ratioOf, seriesOf } from './ratio.ts'
import { FRAMEWORKS, type Framework, type Keeper, NEAR, isPeer, subjectsOf } from './subjects.ts'

/** CPU per request of everybody in a case, against the limit of their framework. */
export function cpuChart(measured: Measured, trials: readonly Trial[], name: CaseName): string {
  const trial = trials.find((it) => it.name === name && it.size === 1.2)
  const groups = FRAMEWORKS.map((framework) => ({
    name: framework,
    bars: trial === undefined ? [] : barsOf(measured, framework, trial),
  })).filter(({ bars }) => bars.length > 0)
  return barChart({ title: `${name}: CPU per request, by hand = 1`, one: 'by hand', groups })
}

function barsOf(measured: Measured, framework: Framework, trial: Trial) {
  const limit = seriesOf(measured, framework, 'limit', trial)
  const bars: BarChart['groups'][number]['bars'][number][] = []
  for (const { keeper } of subjectsOf(framework)) {
    const series = seriesOf(measured, framework, keeper, trial)
    if (series === undefined || limit === undefined || keeper === 'limit') continue
    if (keeper === 'nothing') continue
    const { median: value, lowest, highest } = ratioOf(series, limit, 'cpuUs')
    bars.push({ name: keeper, kind: kindOf(keeper), value, lowest, highest })
  }
  return bars
}

/** How what is above the limit grows with the session. */
export function sizesChart(measured: Measured, trials: readonly Trial[], name: CaseName): string {
  const its = trials.filter((trial) => trial.name === name)
  const lines = FRAMEWORKS.flatMap((framework) =>
    subjectsOf(framework).flatMap(({ keeper }) => {
      if (keeper === 'nothing' || keeper === 'limit') return []
      const values = its.map((trial) => ratioIn(measured, framework, keeper, trial))
      if (!values.some(Number.isFinite)) return []
      const label = isPeer(keeper) ? keeper : `${keeper}, ${framework}`
      return [{ name: label, kind: kindOf(keeper), values }]
    }),
  )
  const steps = its.map(({ size }) => `${size} KB`)
  return lineChart({ title: `${name}: CPU per request`, unit: 'by hand = 1', steps, lines })
}

function ratioIn(measured: Measured, framework: Framework, keeper: Keeper, trial: Trial): number {
  const series = seriesOf(measured, framework, keeper, trial)
  const limit = seriesOf(measured, framework, 'limit', trial)
  return series && limit ? ratioOf(series, limit, 'cpuUs').median : Number.NaN
}

function kindOf(keeper: Keeper): Kind {
  if (keeper === NEAR) return 'cache'
  return isPeer(keeper) ? 'peer' : 'ours'
}
