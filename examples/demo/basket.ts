import type { Session } from 'sojourn'
import { type Tea, teas } from './teas.ts'

export interface Line {
  readonly tea: Tea
  readonly count: number
}

/** The key under which the session counts a tea. */
export function basketKey({ id }: Tea): `basket:${string}` {
  return `basket:${id}`
}

/** The keys of a whole basket. */
export function basketKeys(session: Session): string[] {
  return linesOf(session).map(({ tea }) => basketKey(tea))
}

export function linesOf(session: Session): Line[] {
  return teas
    .map((tea) => ({ tea, count: session[basketKey(tea)] ?? 0 }))
    .filter(({ count }) => count > 0)
}

/** In cents. */
export function totalOf(lines: readonly Line[]): number {
  return lines.reduce((sum, { tea, count }) => sum + tea.price * count, 0)
}
