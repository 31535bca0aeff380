import { createSeal } from '../../src/cookie/credential.ts'
import type { Random } from '../../src/testing/random.ts'
import { type Known, NAME, PREFIX, SECRET, SIGNED_IN, seal, tokenFrom } from './known-sessions.ts'
import { MUTATIONS, type Mutation, SPACES, mutate, place } from './mutate.ts'
import { words } from './words.ts'

export type Jar = readonly Known[]

/** Mostly one pair of ours among others, with something wrong about it, or with it all. */
export function headerFrom(random: Random, jar: Jar): string {
  const pairs = random.several(3, () => otherPair(random, jar))
  const ours = random.below(8) === 0 ? 2 : 1
  for (let at = 0; at < ours; at++) {
    pairs.splice(random.below(pairs.length + 1), 0, ourPair(random, jar))
  }
  const header = pairs.join(random.oneOf(SEPARATORS))
  if (random.below(2000) === 0) return random.oneOf(PADDINGS)(header, random)
  return random.below(3) === 0 ? mutate(header, random, HEADER_MUTATIONS) : header
}

const SEPARATORS = ['; ', '; ', '; ', '; ', ';', ' ;\t', ';;', ',', ', ', '\n', '\0', '&', ' ']

function ourPair(random: Random, jar: Jar): string {
  const { name, value } = random.oneOf(jar)
  switch (random.below(4)) {
    case 0:
      return `${random.oneOf(NAMES).replace('NAME', name)}=${value}`
    case 1:
      return `${name}${random.oneOf(EQUALS)}${value}`
    default:
      return `${name}=${random.oneOf(VALUES)(value, random, jar)}`
  }
}

/** What some reader somewhere takes for a name of ours, NAME. */
const NAMES: readonly string[] = [
  ...words(`
    NAME xNAME NAMEx -NAME _NAME "NAME" 'NAME' \\NAME $NAME $Version=1;$NAME NAME[] NAME.x =NAME
    ==NAME a=NAME a="NAME NAME; ;NAME sid __Secure-sid __Host-Http-sid __host-sid __HOST-SID
    ..Host-sid __Host-s\u0131d __Ho\u017ft-sid Host-sid host-sid %5F%5FHost-sid __Host%2Dsid NAME%20
    %20NAME NAME%3D +NAME
  `),
  'a NAME',
  'a, NAME',
  '$Version=1; $NAME',
  ...SPACES.flatMap((space) => [`${space}NAME`, `NAME${space}`, `__Host-${space}sid`]),
  NAME,
  SIGNED_IN,
  `${SIGNED_IN}-in`,
  `${NAME}-`,
]

const EQUALS = ['=', '==', ' =', '= ', '\t=\t', ':', '%3D', '\uff1d', '', ';=', '=;', '="', '=\0']

type ValueMutation = (value: string, random: Random, jar: Jar) => string

const VALUES: readonly ValueMutation[] = [
  (value) => value,
  (value, random) => mutate(value, random, MUTATIONS),
  (value, random) => mutate(value, random, MUTATIONS, 1),
  (value) => `"${value}"`,
  (value) => encodeURIComponent(value).replaceAll('.', '%2E'),
  (value, random) => percentEncoded(value, place(value, random)),
  (value, random) => `${random.oneOf(SPACES)}${value}`,
  (value, random) => `${value}${random.oneOf(SPACES)}`,
  (value, random) => value.replace('.', random.oneOf(SPACES)),
  (value, random) => `${value}${random.oneOf(ENDS)}`,
  (value, random) => `s:${value}.${tokenFrom(random, 43)}`,
  (value, random, jar) => crossed(value, random.oneOf(jar).value, random),
  (value, random, jar) => value + random.oneOf(['', '.', ',', ' ']) + random.oneOf(jar).value,
  (value, random) => value.split('.').with(2, random.oneOf(EDITIONS)).join('.'),
  (value) => value.split('.').toReversed().join('.'),
  (value) => value.slice(0, -1),
  (value, random) => value.replace(/.$/, tokenFrom(random, 1)),
  (_, random) => foreignValue(random),
  (_, random) => [22, 22, 1, 43].map((length) => tokenFrom(random, length)).join('.'),
  (_, random) => random.oneOf(NOTHINGS),
]

const ENDS = ['=', '==', '.', ',', ', x', '|', '\\', '"', '%00', '%3B']
const EDITIONS = ['', ' 0', ...words('1 00 -0 +0 0.0 0x0 1e0 999999999 9999999999 NaN')]
const NOTHINGS = ['', '[object Object]', ...words('null undefined true 0 ... {} "" -')]

function percentEncoded(text: string, at: number): string {
  const code = text.charCodeAt(at) || 0x41
  return `${text.slice(0, at)}%${code.toString(16).padStart(2, '0')}${text.slice(at + 1)}`
}

function crossed(one: string, other: string, random: Random): string {
  const others = other.split('.')
  const parts = one.split('.').map((part, at) => (random.below(2) === 0 ? part : others[at]))
  return parts.join('.')
}

/** Signed, and for something else: another name, prefix or secret. */
const FOREIGN = [
  { seal, name: 'sid' },
  { seal: createSeal([SECRET], 'session'), name: NAME },
  { seal: createSeal([`${SECRET}.`], PREFIX), name: NAME },
]

function foreignValue(random: Random): string {
  const { seal, name } = random.oneOf(FOREIGN)
  return seal.write(name, { id: tokenFrom(random), family: tokenFrom(random), edition: 0 })
}

function otherPair(random: Random, jar: Jar): string {
  const { value } = random.oneOf(jar)
  return random.oneOf([
    'a=1',
    'theme=dark',
    'a',
    '=x',
    '',
    'q="a b"',
    `long=${'x'.repeat(random.below(40))}`,
    `a=${NAME}`,
    `a="; ${NAME}=x"`,
    `sid=${value}`,
    `a=${value}`,
    `a=${NAME}=${value}`,
  ])
}

const HEADER_MUTATIONS: readonly Mutation[] = [
  ...MUTATIONS,
  (header) => `${header}; ${header}`,
  (header, random) => header.replaceAll(' ', random.oneOf(SPACES)),
  (header, random) => header.replace(';', random.oneOf([',', '%3B', '\uff1b', '\n', '|'])),
  (header) => encodeURIComponent(header.toWellFormed()),
  (header) => `"${header}"`,
  (header, random) => header.slice(place(header, random)),
  (header) => Buffer.from(header, 'utf8').toString('latin1'),
]

/** Rare, because they are slow to make. */
const PADDINGS: readonly Mutation[] = [
  (header) => `${'x=1; '.repeat(2000)}${header}`,
  (header) => `${header}${' '.repeat(9000)}`,
  (header) => `${NAME}x=1;`.repeat(1000) + header,
  (header) => `${header}${'x'.repeat(9000)}`,
]
