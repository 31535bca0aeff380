import { readFileSync, writeFileSync } from 'node:fs'

/** Puts a text under a heading of a page of docs/, in place of what was there; or at its end. */
export function writeSection(page: string, heading: string, text: string): void {
  const file = new URL(`../../docs/${page}`, import.meta.url)
  const sections = readFileSync(file, 'utf8').split(/^(?=## )/m)
  const section = `## ${heading}\n\n${text.trim()}\n`
  const at = sections.findIndex((other) => other.startsWith(`## ${heading}\n`))
  if (at === -1) sections.push(`\n${section}`)
  else sections[at] = at === sections.length - 1 ? section : `${section}\n`
  writeFileSync(file, sections.join(''))
}
