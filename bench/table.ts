export interface Table {
  readonly title: string
  readonly head: readonly string[]
  readonly rows: readonly (readonly string[])[]
}

/** A cell without a figure. */
export const NONE = '–'

export function asText({ title, head, rows }: Table): string {
  const all = [head, ...rows]
  const widths = head.map((_, column) => Math.max(...all.map((row) => width(row[column]))))
  const lines = all.map((row) => row.map((cell, at) => pad(cell, widths[at] ?? 0, at)).join('  '))
  return `${title}\n\n${lines.map((line) => `  ${line.trimEnd()}`).join('\n')}\n`
}

export function asMarkdown({ title, head, rows }: Table): string {
  const rule = head.map((_, at) => (at === 0 ? '---' : '---:'))
  const lines = [head, rule, ...rows].map((row) => `| ${row.join(' | ')} |`)
  return `## ${title}\n\n${lines.join('\n')}\n`
}

function pad(cell: string, to: number, column: number): string {
  return column === 0 ? cell.padEnd(to) : cell.padStart(to)
}

function width(cell: string | undefined): number {
  return cell?.length ?? 0
}
