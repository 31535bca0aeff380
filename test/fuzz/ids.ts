import { randomId } from '../../src/cookie/random.ts'
import { type Campaign, type Figure, FuzzFailure, type Run } from './campaign.ts'

/*
 * Ids are compared by halves of 64 bits, each in a sorted array of its own: a half that never
 * repeats means an id that never does. Two of 10 million halves would be equal by chance once in
 * 370,000 runs. The generator is the system's, so the seed has no part in this.
 */
export const ids: Campaign = {
  name: 'ids',
  claim: 'ids do not repeat, and their bits are as good as random',
  full: 10_000_000,
  quick: 100_000,
  run,
}

const BITS = 128
const BYTES = BITS / 8
/** Further from the middle than this, one run in thousands of millions would be by chance. */
const MOST_DEVIATIONS = 7

async function run(run: Run): Promise<Figure[]> {
  const { cases } = run
  const halves = [new BigUint64Array(cases), new BigUint64Array(cases)] as const
  const bytes = Buffer.alloc(BYTES)
  const counts = new Float64Array(BYTES * 256)
  for (let at = 0; at < cases; at++) {
    const id = randomId()
    if (!/^[\w-]{21}[AQgw]$/.test(id))
      throw new FuzzFailure(run, at, 'not 128 bits in base64url', id)
    bytes.write(id, 'base64url')
    for (const half of [0, 1] as const) halves[half][at] = bytes.readBigUInt64BE(8 * half)
    for (let place = 0; place < BYTES; place++) {
      const cell = place * 256 + (bytes[place] as number)
      counts[cell] = (counts[cell] as number) + 1
    }
  }
  const repeats = halves.map(repeatsIn)
  const odd = oddities(counts, cases)
  const figures: Figure[] = [
    { what: 'ids', value: String(cases) },
    { what: 'repeats of a first half, of a second half', value: repeats.join(', ') },
    ...odd.map(({ what, deviations }) => ({ what, value: `${deviations.toFixed(2)} deviations` })),
  ]
  const bad = repeats.some((count) => count > 0) || odd.some(isTooFar)
  if (bad) throw new FuzzFailure(run, 0, 'they are not random', JSON.stringify(figures))
  return figures
}

function repeatsIn(half: BigUint64Array): number {
  half.sort()
  let repeats = 0
  for (let at = 1; at < half.length; at++) if (half[at] === half[at - 1]) repeats++
  return repeats
}

interface Oddity {
  readonly what: string
  /** From what randomness would give, in standard deviations. */
  readonly deviations: number
}

function isTooFar({ deviations }: Oddity): boolean {
  return Math.abs(deviations) > MOST_DEVIATIONS
}

/** `counts` holds how often each byte was each value. */
function oddities(counts: Float64Array, cases: number): Oddity[] {
  const ones = Array.from({ length: BITS }, (_, bit) => onesOf(bit, counts))
  const deviations = ones.map((count) => (count - cases / 2) / Math.sqrt(cases / 4))
  const expected = cases / 256
  const chiSquare = counts.reduce((sum, count) => sum + (count - expected) ** 2 / expected, 0)
  const freedom = BYTES * 255
  return [
    { what: 'the bit least balanced of 128', deviations: furthest(deviations) },
    {
      what: `values of all ${BYTES} bytes, chi-square ${chiSquare.toFixed(0)} of ${freedom}`,
      deviations: (chiSquare - freedom) / Math.sqrt(2 * freedom),
    },
  ]
}

function onesOf(bit: number, counts: Float64Array): number {
  let ones = 0
  for (let value = 0; value < 256; value++) {
    if (value & (0x80 >> (bit % 8))) ones += counts[(bit >> 3) * 256 + value] as number
  }
  return ones
}

function furthest(deviations: readonly number[]): number {
  return deviations.reduce((most, next) => (Math.abs(next) > Math.abs(most) ? next : most))
}
