import { decode, encode } from '../../src/record/serialize.ts'
import { isSame, partsOf } from '../support/same.ts'
import { type Campaign, type Figure, FuzzFailure, type Run, Tally, casesOf } from './campaign.ts'
import { intrinsicsNow } from './intrinsics.ts'
import { makeBombs, payloadFrom } from './payload-texts.ts'
import { valueIn } from './plain-reading.ts'

/*
 * A text is decoded. Right is a SyntaxError that quotes nothing of it; or a value such as a second,
 * plain reader finds in the text, that holds no more things than the text has characters, nested
 * no deeper than 500 levels, each of one of seven prototypes, and that can be kept again. In no
 * case does anything built in change: no Object.prototype with one property more.
 */
export const payloads: Campaign = {
  name: 'payloads',
  claim: 'no text makes the built-in codec crash, pollute a prototype or give more than it says',
  full: 1_000_000,
  quick: 5000,
  run,
}

/** Cases between two looks at everything built in. */
const LOOK_EVERY = 1000

async function run(run: Run): Promise<Figure[]> {
  const before = intrinsicsNow()
  const bombs = makeBombs()
  const tally = new Tally()
  const times: Figure[] = []
  for (const [at, { what, text }] of bombs.entries()) {
    const seen = seenIn(run, at, text)
    if (run.timed) times.push({ what: `${what}: ${seen}`, value: `${msToDecode(text)} ms` })
    if (intrinsicsNow() !== before) throw new FuzzFailure(run, at, 'a prototype changed', what)
  }
  for (const [at, random] of casesOf(run)) {
    const text = payloadFrom(random)
    tally.add(seenIn(run, at, text))
    const changed = at % LOOK_EVERY === 0 && intrinsicsNow() !== before
    if (changed || isPolluted()) throw new FuzzFailure(run, at, 'a prototype changed', text)
  }
  if (intrinsicsNow() !== before) throw new FuzzFailure(run, 0, 'a prototype changed', '')
  const byHand = { what: 'hostile texts made by hand', value: String(bombs.length) }
  return [...tally.figures, { what: 'crashes', value: '0' }, byHand, ...times]
}

function msToDecode(text: string): string {
  const began = performance.now()
  try {
    decode(text)
  } catch {
    // Refused: checked above.
  }
  return (performance.now() - began).toFixed(1)
}

function isPolluted(): boolean {
  for (const _ in {}) return true
  return ({} as { admin?: unknown }).admin !== undefined
}

function seenIn(run: Run, at: number, text: string): 'refused' | 'decoded' {
  try {
    return checked(text)
  } catch (error) {
    throw new FuzzFailure(run, at, String(error), text)
  }
}

function checked(text: string): 'refused' | 'decoded' {
  let value: unknown
  try {
    value = decode(text)
  } catch (error) {
    const clean = error instanceof SyntaxError && error.cause === undefined
    if (clean && REFUSAL.test(error.message)) return 'refused'
    throw error
  }
  checkParts(value, text.length)
  if (!isSame(value, valueIn(text))) throw new Error('it is not what the text says')
  if (!isSame(decode(encode(value)), value)) throw new Error('it cannot be kept again')
  return 'decoded'
}

/** Every message there is, and so none that quotes. */
const REFUSAL = new RegExp(
  '^session data (?:are not valid JSON|are nested more than 500 levels deep|have an unknown tag|' +
    String.raw`have a malformed \$(?:tagged|literal|bigint|Date|URL|Uint8Array|Map|Set|plain|shared|ref))$`,
)

const PROTOTYPES: ReadonlySet<unknown> = new Set([
  Object.prototype,
  Array.prototype,
  Map.prototype,
  Set.prototype,
  Date.prototype,
  URL.prototype,
  Uint8Array.prototype,
])

function checkParts(value: unknown, most: number): void {
  const met = new Set<object>()
  let parts = 0
  let level: unknown[] = [value]
  for (let depth = 0; level.length > 0; depth++) {
    if (depth > 501) throw new Error('it is nested too deep')
    const next: unknown[] = []
    for (const part of level) {
      parts += part instanceof Uint8Array ? part.length : 1
      if (typeof part !== 'object' || part === null || met.has(part)) continue
      met.add(part)
      if (!PROTOTYPES.has(Object.getPrototypeOf(part))) throw new Error('an odd prototype')
      for (const inner of partsOf(part)) next.push(inner)
    }
    level = next
  }
  if (parts > 2 * most) throw new Error(`it has ${parts} parts`)
}
