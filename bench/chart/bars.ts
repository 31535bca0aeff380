import { type Kind, WIDTH, label, line, round, svg } from './svg.ts'

export interface Bar {
  readonly name: string
  readonly kind: Kind
  readonly value: number
  readonly lowest: number
  readonly highest: number
}

export interface BarChart {
  readonly title: string
  /** What the dashed line at 1 is. */
  readonly one: string
  readonly groups: readonly { readonly name: string; readonly bars: readonly Bar[] }[]
}

const LEFT = 210
const RIGHT = WIDTH - 70
const TOP = 66
const BAR = 20
const GAP = 14
/** A bar of more ends where one of this does, and says how much it is. */
const LONGEST = 8

/** Horizontal bars in groups, with the spread of each as a thin line. */
export function barChart({ title, one, groups }: BarChart): string {
  const values = groups.flatMap(({ bars }) => bars.map(({ value }) => value))
  const largest = Math.min(LONGEST, Math.max(1.2, ...values))
  const at = (value: number) => LEFT + (Math.min(value, largest) / largest) * (RIGHT - LEFT)
  const marks: string[] = []
  let y = TOP
  for (const { name, bars } of groups) {
    marks.push(label(20, y + 14, name))
    for (const bar of bars) {
      marks.push(...drawn(bar, y, at))
      y += BAR
    }
    y += GAP
  }
  const end = y - GAP + 4
  marks.unshift(line([LEFT, TOP - 6], [LEFT, end], 'rule'))
  marks.push(line([at(1), TOP - 6], [at(1), end], 'one'))
  marks.push(label(at(1), TOP - 12, one, 'faint', 'middle'))
  return svg(end + 16, title, marks)
}

function drawn({ name, kind, value, lowest, highest }: Bar, y: number, at: (v: number) => number) {
  const middle = y + BAR / 2 - 1
  const width = round(at(value) - LEFT)
  return [
    label(LEFT - 8, y + 14, name, 'faint', 'end'),
    `<rect x="${LEFT}" y="${y + 2}" width="${width}" height="${BAR - 5}" rx="2" class="${kind}"/>`,
    line([at(lowest), middle], [at(highest), middle], 'spread'),
    label(Math.max(at(value), at(highest)) + 8, y + 14, value.toFixed(2)),
  ]
}
