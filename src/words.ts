/** Controls, formats (which turn text round) and separators of lines. */
const UNPRINTABLE = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu

/**
 * Text from a store as a terminal or a page may show it: what moves a cursor, or turns text round,
 * is written as an escape.
 */
export function clean(text: string): string {
  return text.replaceAll(UNPRINTABLE, (character) => {
    const code = (character.codePointAt(0) as number).toString(16)
    return String.raw`\u{${code}}`
  })
}

/** The beginning of a text that is longer than this, and no half of a character. */
export function cut(text: string, longest: number): string {
  return text.length > longest ? `${text.slice(0, longest).toWellFormed()}…` : text
}

const UNITS = [
  ['d', 86_400_000],
  ['h', 3_600_000],
  ['min', 60_000],
] as const

/** `3 d`, `2 h`, `5 min`, `40 s`: rounded down. */
export function duration(ms: number): string {
  for (const [unit, size] of UNITS) {
    if (ms >= size) return `${Math.floor(ms / size)} ${unit}`
  }
  return `${Math.max(0, Math.floor(ms / 1000))} s`
}

/** `2026-11-23 08:00:00Z` */
export function instant(ms: number): string {
  return iso(ms).replace('T', ' ').replace(/\.\d+/, '')
}

/** A record can say an instant that no Date can. */
export function iso(ms: number): string {
  const date = new Date(ms)
  return Number.isNaN(date.getTime()) ? `${ms} ms` : date.toISOString()
}

export function count(number: number, one: string, many = `${one}s`): string {
  return `${number} ${number === 1 ? one : many}`
}
