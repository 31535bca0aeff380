import type { Size } from './account.ts'

/** What is asked of a server. */
export interface Case {
  readonly path: string
  /**
   * - `none`: no cookie is sent.
   * - `own`: that of a session that was begun a moment ago.
   * - `each`: that of a session that was not read before, another one for each request.
   * - `ended`: the same, but its session is gone.
   * - `followed`: the cookie that the answer before has set.
   */
  readonly cookie: 'none' | 'own' | 'each' | 'ended' | 'followed'
  /** Nobody is recognised. */
  readonly stranger?: true
  readonly says: string
}

export const CASES = {
  none: { path: '/none', cookie: 'none', says: 'no cookie, and nobody looks at the session' },
  anonymous: {
    path: '/read',
    cookie: 'none',
    stranger: true,
    says: 'no cookie, and the handler looks who it is',
  },
  ended: {
    path: '/read',
    cookie: 'ended',
    stranger: true,
    says: 'a cookie whose session is gone, and the handler looks who it is',
  },
  read: { path: '/read', cookie: 'own', says: 'the handler looks who it is' },
  'read once': {
    path: '/read',
    cookie: 'each',
    says: 'the same, and nobody has read this session before',
  },
  write: { path: '/write', cookie: 'own', says: 'the handler changes one key' },
  'write once': {
    path: '/write',
    cookie: 'each',
    says: 'the same, and nobody has read this session before',
  },
  update: {
    path: '/update',
    cookie: 'own',
    says: 'the same with session.update(), durable at once',
  },
  rotate: {
    path: '/rotate',
    cookie: 'followed',
    says: 'another credential, by rotate() or regenerate(), and the data stay',
  },
  'sign-in': {
    path: '/sign-in',
    cookie: 'none',
    says: 'a visitor gets another credential, by signIn() or regenerate(), and a session',
  },
} as const satisfies Record<string, Case>
export type CaseName = keyof typeof CASES

export function caseOf(name: CaseName): Case {
  return CASES[name]
}

/** One row of a table: a case, and how large the session is. */
export interface Trial {
  readonly name: CaseName
  readonly size: Size
}

export function trialsOf(names: readonly CaseName[], sizes: readonly Size[]): readonly Trial[] {
  return names.flatMap((name) => sizes.map((size) => ({ name, size })))
}

/** `read`, or `read, 10 KB`. */
export function titleOf({ name, size }: Trial): string {
  return size === 1.2 ? name : `${name}, ${size} KB`
}
