import type { Trial } from './cases.ts'
import type { Measured, Series, Slice } from './measure.ts'
import type { Framework, Keeper } from './subjects.ts'

/** The median of the ratios of the rounds, and the lowest and highest of them. */
export interface Ratio {
  readonly median: number
  readonly lowest: number
  readonly highest: number
}

/** Compares within each round, so that a slow minute of the machine weighs on both. */
export function ratioOf(of: Series, to: Series, figure: keyof Slice): Ratio {
  const ratios = of.map((slice, round) => slice[figure] / (to[round]?.[figure] ?? Number.NaN))
  return { median: median(ratios), lowest: Math.min(...ratios), highest: Math.max(...ratios) }
}

export function medianOf(series: Series, figure: keyof Slice): number {
  return median(series.map((slice) => slice[figure]))
}

export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b)
  const middle = sorted.length / 2
  const [low, high] = [sorted[Math.ceil(middle) - 1], sorted[Math.floor(middle)]]
  return ((low ?? Number.NaN) + (high ?? Number.NaN)) / 2
}

/** What one keeper measured in a framework and trial; `undefined` when it was not there. */
export function seriesOf(
  measured: Measured,
  framework: Framework,
  keeper: Keeper,
  trial: Trial,
): Series | undefined {
  const [, trials] =
    [...measured].find(([it]) => it.framework === framework && it.keeper === keeper) ?? []
  return trials?.get(trial)
}

/** `1.07 (1.04–1.12)` */
export function showRatio({ median, lowest, highest }: Ratio): string {
  return `${median.toFixed(2)} (${lowest.toFixed(2)}–${highest.toFixed(2)})`
}
