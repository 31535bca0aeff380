/** What `npm run mutation` changes, room by room, and the quick tests that are to notice. */
export interface Room {
  readonly code: readonly string[]
  /** In the order in which they are run: a mutant is done with the first that fails. */
  readonly tests: readonly string[]
}

export const ROOMS: Readonly<Record<string, Room>> = {
  cookie: {
    code: ['src/cookie/'],
    tests: [
      'src/cookie/*.test.ts',
      'src/session/csrf.test.ts',
      ...behaviour('cookie', 'secure-warning', 'renewal', 'options', 'cookie-options'),
      'test/security/ids.test.ts',
      'test/security/constant-time.test.ts',
    ],
  },
  record: {
    code: ['src/record/'],
    tests: [
      'src/record/*.test.ts',
      'test/contract/memory.test.ts',
      ...behaviour('hostile-data', 'accounts', 'trouble'),
    ],
  },
  session: {
    code: ['src/session/'],
    tests: [
      'src/session/*.test.ts',
      ...behaviour(
        'what-is-written',
        'unavailable',
        'session-object',
        'written-anew',
        'sign-in',
        'rotation',
        'renewal',
        'csrf',
      ),
      ...behaviour('parallel', 'one-request', 'events', 'adjusted-timeout', 'express-session'),
      ...behaviour('timeouts', 'accounts', 'misuse', 'sign-out', 'two-sets', 'ends'),
      ...behaviour('re-sent-rotation', 'trouble', 'hostile-data', 'policy'),
    ],
  },
  sessions: {
    code: ['src/sessions.ts', 'src/corridor.ts'],
    tests: [
      ...behaviour('misuse', 'events', 'one-request', 'two-sets', 'accounts', 'policy', 'watch'),
      ...behaviour('ends', 'express-session', 'scan'),
    ],
  },
}

function behaviour(...names: readonly string[]): string[] {
  return names.map((name) => `test/behaviour/${name}.test.ts`)
}
