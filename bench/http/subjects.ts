/** What is compared: a framework, and who keeps its sessions. */
export interface Subject {
  readonly framework: Framework
  readonly keeper: Keeper
}

/** Sojourn with option `nearCache`. */
export const NEAR = 'Sojourn, near cache'

/** The limit, with what PROTOCOL.md takes. */
export const SAFE = 'safe limit'

/**
 * Who keeps sessions in every framework.
 *
 * - `nothing`: no sessions; the handler answers the same body.
 * - `limit`: a cookie scan, GET and JSON.parse, SET, by hand in the handler.
 * - `safe limit`: the same, signed, and written by compare-and-set.
 */
const EVERYWHERE = ['nothing', 'limit', SAFE, 'Sojourn', NEAR] as const

const SUBJECTS_OF = {
  'node:http': EVERYWHERE,
  Express: [...EVERYWHERE, 'express-session'],
  Fastify: [...EVERYWHERE, '@fastify/session'],
  Koa: [...EVERYWHERE, 'koa-session'],
  Hono: [...EVERYWHERE, '@hono/session', 'hono-sessions', '@remix-run/session'],
} as const

export type Framework = keyof typeof SUBJECTS_OF
export type Keeper = (typeof SUBJECTS_OF)[Framework][number]

export const FRAMEWORKS = Object.keys(SUBJECTS_OF) as readonly Framework[]

export function subjectsOf(framework: Framework): readonly Subject[] {
  return SUBJECTS_OF[framework].map((keeper) => ({ framework, keeper }))
}

/** A library that is neither ours nor none. */
export function isPeer(keeper: Keeper): boolean {
  return !(EVERYWHERE as readonly Keeper[]).includes(keeper)
}

export function nameOf({ framework, keeper }: Subject): string {
  return `${framework}, ${keeper}`
}
