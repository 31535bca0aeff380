/** One field of the stored header, with what it says. */
export interface Field {
  readonly name: string
  readonly value: string
  readonly meaning: string
}

/** The header's fields in their order. */
export function explain(header: string): Field[] {
  const values = header.split(' ')
  const createdAt = Number(values[6])
  return meanings.map(([name, meaningOf], index) => {
    const value = values[index] ?? ''
    return { name, value, meaning: meaningOf(value, createdAt) }
  })
}

type Meaning = (value: string, createdAt: number) => string

const meanings: readonly (readonly [name: string, meaningOf: Meaning])[] = [
  ['format', () => 'The format of this record and its version.'],
  ['id', () => 'The public handle of the session. Safe to log: it opens nothing.'],
  [
    'writes',
    (value) => `Random ids of the latest ${value.split(',').length} writes, newest first.`,
  ],
  ['family', () => 'SHA-256 of a secret that only the cookie holds. rotate() changes it.'],
  ['edition', () => 'Counts renewals of the cookie.'],
  ['promoted', (value) => `That edition came ${seconds(value)} after the beginning.`],
  ['created', (value) => `Begun at ${clock(Number(value))}.`],
  [
    'touched',
    (value, at) => `Last activity ${seconds(value)} later, at ${clock(at + Number(value))}.`,
  ],
  ['idle', (value) => idleMeaning(value)],
  [
    'deadline',
    (value) =>
      value === '-' ? 'No absolute end.' : `Ends ${days(value)} after the beginning at the latest.`,
  ],
  [
    'persistence',
    (value) =>
      value === '-' ? 'The cookie ends with the browser.' : 'The cookie outlives the browser.',
  ],
  [
    'csrf',
    (value) => (value === '-' ? 'The CSRF token was never renewed.' : 'Renews the CSRF token.'),
  ],
  ['who', (value) => whoMeaning(value)],
  ['kinds', (value) => kindsMeaning(value)],
]

function idleMeaning(value: string): string {
  const [timeout = '', interval = ''] = value.split('+')
  return `May be idle for ${timeout} s; activity may be noted up to ${interval} s late.`
}

function whoMeaning(value: string): string {
  if (value === '-') return 'Nobody is signed in.'
  return 'Who signed in, when, how, and what the shop noted of the browser.'
}

function kindsMeaning(value: string): string {
  const flashBytes = /:(\d+)$/.exec(value)?.[1]
  if (flashBytes === undefined) return 'What follows is text: the data.'
  return `What follows is text: the data, then ${flashBytes} bytes of flash messages.`
}

function seconds(milliseconds: string): string {
  return `${(Number(milliseconds) / 1000).toFixed(1)} s`
}

function days(milliseconds: string): string {
  return `${Math.round(Number(milliseconds) / 86_400_000)} days`
}

function clock(at: number): string {
  return `${new Date(at).toISOString().slice(11, 19)} UTC`
}
