import type { World } from './world.ts'

/** One step of a handler. */
export type Act =
  | readonly ['set', key: string, value: unknown]
  | readonly ['update', key: string]
  | readonly ['flash', message: string]
  | readonly ['pop']
  | readonly ['clear']
  | readonly ['adjust', seconds: number]
  | readonly ['rotate']
  | readonly ['invalidate']
  | readonly ['save']
  | readonly ['slow']
  | readonly ['signIn', principal: string, keep?: readonly string[]]

/** One request of a scenario. */
export interface Plan {
  readonly acts: readonly Act[]
  /** The browser sends what its jar holds; the attacker a copy of the first cookie; none is revoke(). */
  readonly by: 'browser' | 'attacker' | 'admin'
  /** The attacker sends the first cookie's successor, which an earlier renewal was handed. */
  readonly successor?: true
  /** It begins when this one of the requests is over. */
  readonly after?: number
  /** It does not count as activity. */
  readonly polling?: true
  /** The first secret of its node; default: the first. */
  readonly node?: 'first' | 'second'
}

/** How the stored session is at the beginning; seconds count from there. */
export interface Start {
  readonly data?: Readonly<Record<string, unknown>>
  readonly principal?: string
  readonly flash?: string
  readonly touched?: number
  readonly promoted?: number
  readonly timeout?: number
}

/** What may go wrong, and how often in one run. */
export interface Faults {
  /** A command is executed, its reply is lost, and the client sends it again, later. */
  readonly twice?: number
  /** A node dies. */
  readonly crash?: number
  /** A response is lost on its way. */
  readonly lose?: number
}

/** What is wrong, if anything is. */
export type Check = (world: World) => string | undefined | Promise<string | undefined>

/** In seconds, as the options are. */
export interface Timing {
  readonly timeout: number
  readonly touchInterval: number
  readonly absoluteTimeout: number
  readonly renewalGrace: number
  readonly renewalTimeout: number | null
  readonly maxAge: number | null
}

export interface Scenario {
  /** `null`: no session is stored, and the cookie is one of a session that has ended. */
  readonly start: Start | null
  /** The browser begins without a cookie. */
  readonly noCookie?: true
  readonly requests: readonly Plan[]
  readonly faults: Faults
  readonly timing: Timing
  /** How many seconds may pass in all, at any time. */
  readonly seconds: number
  /** The longest a request, its handler and its response take, each. Default: as long as all. */
  readonly delivery?: number
  /** Time does not pass while an operation of the store waits. */
  readonly prompt?: true
  /** A request is opened as it is sent, and its response arrives as it is given. */
  readonly quick?: true
  /** The browser's requests are never refused while the session lives. */
  readonly accepted?: true
  /** Requests may be so late that theirs is a replay. */
  readonly lateReplays?: true
  /** Ids repeat: another session may begin under the id of one that has ended. */
  readonly oneId?: true
  readonly always: readonly Check[]
  readonly atEnd: readonly Check[]
}

const TIMING: Timing = {
  timeout: 4,
  touchInterval: 1,
  absoluteTimeout: 99,
  renewalGrace: 2,
  renewalTimeout: null,
  maxAge: null,
}

/** A scenario, most of which goes without saying. */
export function scenario({
  timing,
  ...said
}: Partial<Omit<Scenario, 'timing'>> & { readonly timing?: Partial<Timing> }): Scenario {
  return {
    start: {},
    requests: [],
    faults: {},
    seconds: 0,
    always: [],
    atEnd: [],
    ...said,
    timing: { ...TIMING, ...timing },
  }
}

type Rest = Omit<Plan, 'acts' | 'by'>

export function browser(acts: readonly Act[] = [], rest: Rest = {}): Plan {
  return { by: 'browser', acts, ...rest }
}

/** It ends the session of the beginning from outside. */
export const ADMIN: Plan = { by: 'admin', acts: [] }

export function attacker(acts: readonly Act[] = [], rest: Rest = {}): Plan {
  return { by: 'attacker', acts, ...rest }
}
