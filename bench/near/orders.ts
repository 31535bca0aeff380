/** What the writer is told: to end the session of a cookie, or to begin one. */
export interface Order {
  readonly end?: string
}

export interface Ended {
  /** When the store had answered, by the clock that all processes of a machine share. */
  readonly at: string
  readonly cookie: string
}
