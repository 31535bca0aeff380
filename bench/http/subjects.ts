/** What is compared: a framework, and who keeps its sessions. */
export interface Subject {
  readonly framework: Framework
  readonly keeper: Keeper
}

/** Sojourn with option `nearCache`. */
export const NEAR = 'Sojourn, near cache'

/**
 * The first four keepers are in every framework.
 *
 * - `nothing`: no sessions; the handler answers the same body.
 * - `limit`: a cookie scan, GET and JSON.parse, SET, by hand in the handler.
 */
const SUBJECTS_OF = {
  'node:http': ['nothing', 'limit', 'Sojourn', NEAR],
  Express: ['nothing', 'limit', 'Sojourn', NEAR, 'express-session'],
  Fastify: ['nothing', 'limit', 'Sojourn', NEAR, '@fastify/session'],
  Koa: ['nothing', 'limit', 'Sojourn', NEAR, 'koa-session'],
  Hono: [
    'nothing',
    'limit',
    'Sojourn',
    NEAR,
    '@hono/session',
    'hono-sessions',
    '@remix-run/session',
  ],
} as const

export type Framework = keyof typeof SUBJECTS_OF
export type Keeper = (typeof SUBJECTS_OF)[Framework][number]

export const FRAMEWORKS = Object.keys(SUBJECTS_OF) as readonly Framework[]

export function subjectsOf(framework: Framework): readonly Subject[] {
  return SUBJECTS_OF[framework].map((keeper) => ({ framework, keeper }))
}

/** A library that is neither ours nor none. */
export function isPeer(keeper: Keeper): boolean {
  return !['nothing', 'limit', 'Sojourn', NEAR].includes(keeper)
}

export function nameOf({ framework, keeper }: Subject): string {
  return `${framework}, ${keeper}`
}
