/** What is compared: a framework, and who keeps its sessions. */
export interface Subject {
  readonly framework: 'Express' | 'node:http'
  readonly keeper: Keeper
}

/**
 * - `nothing`: no sessions; the handler answers the same body.
 * - `limit`: a cookie scan, GET and JSON.parse, SET, by hand in the handler.
 */
export type Keeper = 'nothing' | 'limit' | 'Sojourn' | 'express-session'

export const SUBJECTS: readonly Subject[] = [
  { framework: 'Express', keeper: 'nothing' },
  { framework: 'Express', keeper: 'limit' },
  { framework: 'Express', keeper: 'Sojourn' },
  { framework: 'Express', keeper: 'express-session' },
  { framework: 'node:http', keeper: 'nothing' },
  { framework: 'node:http', keeper: 'limit' },
  { framework: 'node:http', keeper: 'Sojourn' },
]

/**
 * - `visitor`: no cookie; the handler looks whether somebody is signed in.
 * - `read`: a signed-in session of 1.2 KB; the handler looks who it is.
 * - `write`: the same, and one key changes.
 */
export type Case = 'visitor' | 'read' | 'write'

export const CASES: readonly Case[] = ['visitor', 'read', 'write']

export const PATHS: Readonly<Record<Case, string>> = {
  visitor: '/read',
  read: '/read',
  write: '/write',
}

export function nameOf({ framework, keeper }: Subject): string {
  return `${framework}, ${keeper}`
}
