import { type Html, html } from './html.ts'

const NUMBER = new Intl.NumberFormat('en')

export function number(value: number): string {
  return NUMBER.format(value)
}

/** `1 session`, `1,284 sessions`. */
export function counted(value: number, one: string, many = `${one}s`): string {
  return `${number(value)} ${value === 1 ? one : many}`
}

const BYTES = [
  ['MB', 1_000_000],
  ['kB', 1000],
] as const

/** `412 bytes`, `4.1 kB`. */
export function size(bytes: number): string {
  for (const [unit, of] of BYTES) if (bytes >= of) return `${(bytes / of).toFixed(1)} ${unit}`
  return counted(bytes, 'byte')
}

export interface Class {
  readonly label: string
  readonly count: number
}

/** How many are below each bound and not below the one before; the last class has no bound. */
export function classes(
  values: readonly number[],
  bounds: readonly number[],
  labels: readonly string[],
): Class[] {
  const counts = labels.map(() => 0)
  for (const value of values) {
    const at = bounds.findIndex((bound) => value < bound)
    counts[at < 0 ? bounds.length : at] = (counts[at < 0 ? bounds.length : at] ?? 0) + 1
  }
  return labels.map((label, at) => ({ label, count: counts[at] ?? 0 }))
}

/** Classes as a table, with a bar in each row. */
export function bars(caption: string, heading: string, all: readonly Class[]): Html {
  const most = Math.max(1, ...all.map(({ count }) => count))
  return html`<table class="bars">
    <caption>
      ${caption}
    </caption>
    <thead>
      <tr>
        <th scope="col">${heading}</th>
        <th scope="col" colspan="2">Sessions</th>
      </tr>
    </thead>
    <tbody>
      ${all.map(
        ({ label, count }) =>
          html`<tr>
            <th scope="row">${label}</th>
            <td class="bar">
              <svg viewBox="0 0 100 10" preserveAspectRatio="none" aria-hidden="true">
                <rect width="${((100 * count) / most).toFixed(2)}" height="10" />
              </svg>
            </td>
            <td class="number">${number(count)}</td>
          </tr>`,
      )}
    </tbody>
  </table>`
}

export interface Span {
  readonly binMs: number
  readonly bins: number
}

/** How many of the idle times fall into each bin, the one furthest back first; older ones in none. */
export function binned(idles: readonly number[], { binMs, bins }: Span): number[] {
  const counts = Array.from({ length: bins }, () => 0)
  for (const idle of idles) {
    const back = Math.floor(Math.max(0, idle) / binMs)
    if (back < bins) counts[bins - 1 - back] = (counts[bins - 1 - back] ?? 0) + 1
  }
  return counts
}

const HEIGHT = 100

/** A curve in steps, one for each bin; `description` says for all what the eye sees. */
export function curve(counts: readonly number[], description: string): Html {
  const most = Math.max(1, ...counts)
  const y = (count: number) => (HEIGHT - (count / most) * HEIGHT).toFixed(1)
  const steps = counts.map((count, at) => `V${y(count)}H${at + 1}`).join('')
  const line = `M0 ${y(counts[0] ?? 0)}${steps}`
  return html`<svg
    class="curve"
    role="img"
    aria-label="${description}"
    viewBox="0 0 ${counts.length} ${HEIGHT}"
    preserveAspectRatio="none"
  >
    <path class="area" d="${line}V${HEIGHT}H0Z" />
    <path class="line" d="${line}" />
  </svg>`
}
