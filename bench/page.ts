import { mkdirSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { run } from '../scripts/run.ts'
import { machine } from '../test/support/machine.ts'
import { type Table, asMarkdown } from './table.ts'

const DOCS = new URL('../docs/', import.meta.url)

export interface Page {
  /** Below docs/. */
  readonly path: string
  readonly title: string
  /** What printed it, without its arguments. */
  readonly command: string
  /** Paragraphs before the tables. */
  readonly says: readonly string[]
  readonly tables: readonly Table[]
  /** Pictures in docs/bench/, by their names, in the order of the page; they stand first. */
  readonly charts?: Readonly<Record<string, string>>
}

/** Keeps a result: one page, which says what printed it and on what. */
export function writePage({ path, title, command, says, tables, charts = {} }: Page): void {
  mkdirSync(new URL('bench/', DOCS), { recursive: true })
  const folder = path.startsWith('bench/') ? '' : 'bench/'
  const pictures = Object.entries(charts).map(([name, chart]) => {
    writeFileSync(new URL(`bench/${name}.svg`, DOCS), chart)
    return `![${/aria-label="([^"]*)"/.exec(chart)?.[1]}](${folder}${name}.svg)`
  })
  const words = [command, ...process.argv.slice(2)].join(' ')
  const intro = [`# ${title}`, `\`${words}\` made this page: ${machine()}.`, ...says, ...pictures]
  const page = new URL(path, DOCS)
  writeFileSync(page, `${intro.join('\n\n')}\n\n${tables.map(asMarkdown).join('\n')}`)
  run('oxfmt', [fileURLToPath(page)])
}
