/** Charts are pictures in a page: they bring their fonts and colours, for light and for dark. */
const STYLE = `
  text { font: 13px system-ui, sans-serif; fill: #1f2328 }
  .title { font-weight: 600; font-size: 15px }
  .faint { fill: #59636e }
  .rule { stroke: #d1d9e0 }
  .one { stroke: #59636e; stroke-dasharray: 4 3 }
  .spread { stroke: #1f2328; opacity: .55 }
  .limit { --tint: #8c959f }
  .ours { --tint: #0969da }
  .cache { --tint: #1a7f37 }
  .peer { --tint: #bc4c00 }
  .other { --tint: #8250df }
  rect { fill: var(--tint) }
  polyline { fill: none; stroke: var(--tint); stroke-width: 2 }
  circle { fill: var(--tint) }
  .back { fill: #fff }
  @media (prefers-color-scheme: dark) {
    text { fill: #f0f6fc }
    .faint { fill: #9198a1 }
    .rule { stroke: #3d444d }
    .one { stroke: #9198a1 }
    .spread { stroke: #f0f6fc }
    .limit { --tint: #7d8590 }
    .ours { --tint: #4493f8 }
    .cache { --tint: #3fb950 }
    .peer { --tint: #db6d28 }
    .other { --tint: #ab7df8 }
    .back { fill: #0d1117 }
  }
`

/** What a bar or a line stands for; its colour. */
export type Kind = 'limit' | 'ours' | 'cache' | 'peer' | 'other'

export const WIDTH = 760

export function svg(height: number, title: string, marks: readonly string[]): string {
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${height}" width="${WIDTH}" \
height="${height}" role="img" aria-label="${escape(title)}">
<style>${STYLE}</style>
<rect class="back" width="${WIDTH}" height="${height}" rx="8"/>
${label(20, 28, title, 'title')}
${marks.join('\n')}
</svg>
`
}

export function label(x: number, y: number, text: string, style = '', anchor = 'start'): string {
  return `<text x="${round(x)}" y="${round(y)}" class="${style}" text-anchor="${anchor}">${escape(text)}</text>`
}

export function line(
  from: readonly [number, number],
  to: readonly [number, number],
  style: string,
) {
  const [x1, y1, x2, y2] = [...from, ...to].map(round)
  return `<line x1="${x1}" y1="${y1}" x2="${x2}" y2="${y2}" class="${style}"/>`
}

export function round(value: number): number {
  return Math.round(value * 10) / 10
}

function escape(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('"', '&quot;')
}
