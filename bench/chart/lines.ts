import { type Kind, WIDTH, label, line, round, svg } from './svg.ts'

export interface Line {
  readonly name: string
  readonly kind: Kind
  /** One for each step; NaN where nothing was measured. */
  readonly values: readonly number[]
}

export interface LineChart {
  readonly title: string
  readonly steps: readonly string[]
  readonly lines: readonly Line[]
  readonly unit: string
}

const LEFT = 70
const RIGHT = WIDTH - 190
const TOP = 54
const BOTTOM = 250

/** Lines over steps, from zero up. */
export function lineChart({ title, steps, lines, unit }: LineChart): string {
  const largest = niceAbove(
    Math.max(...lines.flatMap(({ values }) => values.filter(Number.isFinite))),
  )
  const across = (step: number) => LEFT + (step / Math.max(1, steps.length - 1)) * (RIGHT - LEFT)
  const up = (value: number) => BOTTOM - (value / largest) * (BOTTOM - TOP)
  const rules = [0, 0.25, 0.5, 0.75, 1].flatMap((part) => {
    const y = up(part * largest)
    const text = Number((part * largest).toPrecision(3)).toString()
    return [line([LEFT, y], [RIGHT, y], 'rule'), label(LEFT - 8, y + 4, text, 'faint', 'end')]
  })
  const names = steps.map((step, at) => label(across(at), BOTTOM + 20, step, 'faint', 'middle'))
  const ends = apart(lines.map(({ values }) => up(values.at(-1) ?? 0)))
  const drawn = lines.flatMap(({ name, kind, values }, nth) => {
    const points = values.flatMap((value, at) =>
      Number.isFinite(value) ? [[round(across(at)), round(up(value))] as const] : [],
    )
    return [
      `<polyline class="${kind}" points="${points.map((point) => point.join(',')).join(' ')}"/>`,
      ...points.map(([x, y]) => `<circle class="${kind}" cx="${x}" cy="${y}" r="3.5"/>`),
      label(RIGHT + 12, (ends[nth] ?? 0) + 4, name),
    ]
  })
  return svg(BOTTOM + 40, `${title}, ${unit}`, [...rules, ...names, ...drawn])
}

/** Heights of labels, moved so that none covers another. */
function apart(heights: readonly number[]): number[] {
  const order = heights.map((_, at) => at).toSorted((a, b) => (heights[a] ?? 0) - (heights[b] ?? 0))
  const moved = [...heights]
  let last = Number.NEGATIVE_INFINITY
  for (const at of order) {
    last = Math.max(moved[at] ?? 0, last + 16)
    moved[at] = last
  }
  return moved
}

function niceAbove(value: number): number {
  const power = 10 ** Math.floor(Math.log10(value))
  return ([1, 2, 2.5, 4, 5, 10].find((step) => step * power >= value) ?? 10) * power
}
