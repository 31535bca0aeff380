import type { Operation } from './history.ts'

/** What a handler does, one thing after the other. */
export type Step =
  | readonly ['set', key: string, value: string]
  | readonly ['delete', key: string]
  | readonly ['push', message: string]
  | readonly ['pop']
  | readonly ['update']
  | readonly ['save']
  | readonly ['rotate']
  | readonly ['signIn', principal: string]
  | readonly ['invalidate']
  | readonly ['signOut']
  | readonly ['adjust', seconds: number]
  /** Lets others go on, so many times. */
  | readonly ['pause', turns: number]
  /** Waits until this request of the same history is over. */
  | readonly ['until', by: string]

/** Which way to Redis a process takes, and what is wrong with its store. */
export interface Way {
  readonly faulty: boolean
  readonly broken?: string
}

/** What a process is told to do: serve a request, only look, or revoke. */
export interface Job {
  readonly number: number
  readonly history: number
  readonly way: Way
  readonly by: string
  readonly kind: 'request' | 'look' | 'revoke'
  /** The Cookie header; of a revocation, the id. */
  readonly on: string
  readonly steps: readonly Step[]
}

/** A request of a history is over; `null`: all are. */
export interface Over {
  readonly history: number
  readonly over: string | null
}

/** How it went. */
export interface Done {
  readonly number: number
  readonly operations: readonly Operation[]
  /** The values of Set-Cookie headers. */
  readonly setCookies: readonly string[]
  /** What must never be thrown was. */
  readonly thrown?: string
}
