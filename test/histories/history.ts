/** What a request saw of a stored session when it was opened. */
export interface Seen {
  readonly data: Readonly<Record<string, unknown>>
  readonly flash: readonly string[]
  readonly timeout: number
  readonly principal: string | null
}

/** What a write brings: keys and values, `null` for a deleted key, and changes beside them. */
export interface Changes {
  readonly data: Readonly<Record<string, unknown>>
  readonly pushed: readonly string[]
  readonly popped: readonly string[]
  readonly timeout?: number
  /** The family of a hard rotation. */
  readonly rotatesTo?: string
}

/** One atomic operation on one session, as whoever asked for it knows it. */
export type Act =
  /** Opened by a cookie of this family; or not: nothing there, another family there. */
  | { readonly kind: 'open'; readonly family: string; readonly seen: Seen | 'absent' | 'refused' }
  | { readonly kind: 'create'; readonly family: string; readonly first: Seen }
  | { readonly kind: 'write'; readonly family: string; readonly changes: Changes }
  /** Counts from what it found on. */
  | {
      readonly kind: 'update'
      readonly family: string
      readonly key: string
      readonly found: number
    }
  | {
      readonly kind: 'signIn'
      readonly family: string
      readonly principal: string
      /** The keys that stay; `null`: all do. */
      readonly keep: readonly string[] | null
      readonly changes: Changes
    }
  /** A write that was refused: the session is not there, or of another family. */
  | { readonly kind: 'gone'; readonly family: string }
  /** Ended by a request that knew this principal. */
  | { readonly kind: 'remove'; readonly principal: string | null }
  /** Not removed: somebody else has signed in there, or somebody else has ended it. */
  | { readonly kind: 'removeRefused'; readonly principal: string | null }
  /** Ended by somebody else; told whether it lived. `null`: that is not to be relied upon. */
  | { readonly kind: 'revoke'; readonly lived: boolean | null }

/** An act with the time it took. Instants are microseconds by a clock all processes share. */
export interface Operation {
  readonly id: string
  /** Who did it. */
  readonly by: string
  readonly act: Act
  readonly invokedAt: number
  /** `null`: it has failed, so it was done, or will be done, or never. */
  readonly answeredAt: number | null
}

export type History = readonly Operation[]
