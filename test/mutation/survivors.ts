import type { Reason } from './explained.ts'

/** Why the mutants that no test kills are no holes: read one by one. */
export const REASONS: readonly Reason[] = [
  {
    title: 'A shortcut',
    why: 'Without it the same comes out, more slowly.',
    mutants: {
      'src/cookie/hmac.ts': [
        ['if (text.length * 3 <= ROOM) {', 'false', 'text.length * 3 < ROOM', '{}'],
      ],
      'src/cookie/random.ts': [
        ['if (used + bytes > pool.length) {', 'true', 'used + bytes >= pool.length'],
      ],
    },
  },
  {
    title: 'Asked again by what follows',
    why: 'What this lets through or turns away, the next step treats alike.',
    mutants: {
      'src/cookie/credential.ts': [
        ["return Buffer.from(value, 'latin1').toString('latin1')", '""'],
      ],
      'src/cookie/secure.ts': [["if (typeof address !== 'string') return false", 'false']],
    },
  },
]
