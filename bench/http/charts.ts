import { type BarChart, barChart } from '../chart/bars.ts'
import type { Kind } from '../chart/svg.ts'
import type { Size } from './account.ts'
import { type CaseName, type Trial, titleOf } from './cases.ts'
import type { Measured } from './measure.ts'
import { ratioOf, seriesOf } from './ratio.ts'
import {
  FRAMEWORKS,
  type Framework,
  type Keeper,
  NEAR,
  SAFE,
  isPeer,
  subjectsOf,
} from './subjects.ts'

/** CPU per request of everybody in a case, against the limit of their framework. */
export function cpuChart(
  measured: Measured,
  trials: readonly Trial[],
  name: CaseName,
  size: Size = 1.2,
): string {
  const trial = trials.find((it) => it.name === name && it.size === size)
  const groups = FRAMEWORKS.map((framework) => ({
    name: framework,
    bars: trial === undefined ? [] : barsOf(measured, framework, trial),
  })).filter(({ bars }) => bars.length > 0)
  const title = `${trial === undefined ? name : titleOf(trial)}: CPU per request, by hand = 1`
  return barChart({ title, one: 'by hand', groups })
}

function barsOf(measured: Measured, framework: Framework, trial: Trial) {
  const limit = seriesOf(measured, framework, 'limit', trial)
  const bars: BarChart['groups'][number]['bars'][number][] = []
  for (const { keeper } of subjectsOf(framework)) {
    const series = seriesOf(measured, framework, keeper, trial)
    if (series === undefined || limit === undefined || keeper === 'limit') continue
    if (keeper === 'nothing' || keeper === SAFE) continue
    const { median: value, lowest, highest } = ratioOf(series, limit, 'cpuUs')
    bars.push({ name: keeper, kind: kindOf(keeper), value, lowest, highest })
  }
  return bars
}

function kindOf(keeper: Keeper): Kind {
  if (keeper === NEAR) return 'cache'
  return isPeer(keeper) ? 'peer' : 'ours'
}
