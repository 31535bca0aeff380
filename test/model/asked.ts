import type { CommitResult } from '../../src/index.ts'
import type { Store } from '../../src/store/store.ts'
import type { Actor } from '../support/stepped.ts'
import type { OnStore } from './stage.ts'
import type { Plan } from './scenario.ts'

/** What a session showed when it was opened. */
export interface Shown {
  readonly id: string
  readonly principal: string | null
  /** There was one. */
  readonly stored: boolean
}

/** One request on its way: sent, at work on a node, answered, over. It is the request object too. */
export class Asked implements OnStore {
  readonly plan: Plan
  readonly at: number
  phase: 'idle' | 'running' | 'answered' | 'done' | 'lost' = 'idle'
  store!: Store
  actor: Actor | undefined
  /** The Cookie header it was sent with. */
  cookie = ''
  /** When it was sent, opened and answered; seconds. */
  readonly times: { sent?: number; opened?: number; answered?: number } = {}
  shown: Shown | undefined
  result: CommitResult | undefined
  /** How it ended: the commit's outcome, or `error` or `crash`. */
  outcome = ''
  /** The event with which its cookie was refused. */
  refused = ''
  /** The families it may act for: that of its cookie, and those it has begun itself. */
  readonly families = new Set<string>()
  /** What it asked of the store, and was answered, which all it knows comes from. */
  history: string[] = []
  /** The operation it waits with was carried out once; its reply was lost. */
  repeating: { readonly executed: boolean; readonly done: boolean } | undefined
  /** The family of the record that a conflict has shown to it last. */
  conflict = ''
  readonly popped: unknown[] = []
  /** The session it ends. */
  ending: { readonly id: string; readonly principal: string | null } | undefined
  /** Whether the store has said so. */
  ended = false
  /** A rotation was stored by it. */
  rotated = false
  /** Its signIn() has resolved. */
  signedIn = false

  constructor(plan: Plan, at: number) {
    this.plan = plan
    this.at = at
  }

  get name(): string {
    return `${this.plan.by} ${this.at}`
  }

  get isOver(): boolean {
    return this.phase === 'done' || this.phase === 'lost'
  }

  /** Its writes were acknowledged, to its handler at least. */
  get isWell(): boolean {
    return this.outcome !== '' && !['gone', 'error', 'crash'].includes(this.outcome)
  }

  did(act: string): boolean {
    return this.plan.acts.some(([name]) => name === act)
  }
}
