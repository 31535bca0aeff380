import type { Arguments } from './arguments.ts'
import type { Redis } from './nodes.ts'

/** What a command has to work with. */
export interface Task {
  readonly redis: Redis
  readonly prefix: string
  /** The time by the clock of Redis. */
  readonly now: number
  /** How long the reason of a revocation is kept, in seconds. */
  readonly reasonKept: number
}

/** A command whose arguments are checked, before anything is connected. */
export type Command = (args: Arguments) => (task: Task) => Promise<Result>

/** What a command has found, in both forms, and the code to exit with. */
export interface Result {
  readonly text: string
  /** `undefined` where everything was printed already. */
  readonly json: unknown
  readonly code: 0 | 1
  /** What ended the work before its end; told after the rest, with code 1. */
  readonly failure?: unknown
}
