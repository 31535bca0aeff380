import { Random } from '../../src/testing/random.ts'

/** What one run of a campaign is to do. A case depends on the seed and its number alone. */
export interface Run {
  readonly seed: number
  /** The first case, 0 unless one that failed is looked at again. */
  readonly from: number
  /** How many cases. */
  readonly cases: number
  /** Whether figures of time are wanted too. Never in tests: they are no promises. */
  readonly timed: boolean
}

export interface Figure {
  readonly what: string
  readonly value: string
}

/** One thing to prove with very many cases. */
export interface Campaign {
  /** For `--only`. */
  readonly name: string
  /** What must hold, in one sentence. */
  readonly claim: string
  /** Cases of `npm run fuzz`. */
  readonly full: number
  /** Cases of `npm run fuzz -- --quick`, and of the tests. */
  readonly quick: number
  /** @throws {FuzzFailure} at the first case for which the claim does not hold. */
  run(run: Run): Promise<Figure[]>
}

/** A case that broke the claim. */
export class FuzzFailure extends Error {
  override name = 'FuzzFailure'

  constructor(run: Run, at: number, problem: string, input: string) {
    const again = `--seed ${run.seed} --from ${at} --cases 1`
    super(`case ${at} (${again}): ${problem}\ninput: ${escaped(input)}`)
  }
}

/** The numbers of all cases, each with the choices that belong to it. */
export function* casesOf({ seed, from, cases }: Run): Generator<[at: number, random: Random]> {
  for (let at = from; at < from + cases; at++) yield [at, randomFor(seed, at)]
}

/** An odd factor: no two cases below 2^32 begin alike. */
export function randomFor(seed: number, at: number): Random {
  return new Random((seed + Math.imul(at, 0x9e3779b1)) | 0)
}

/** Readable in a terminal, whatever it is. */
export function escaped(text: string, longest = 4000): string {
  const shown = text.length > longest ? text.slice(0, longest) : text
  const rest = text.length > longest ? ` and ${text.length - longest} characters more` : ''
  const odd = /[^ -~]/g
  return `${JSON.stringify(shown).replaceAll(odd, (one) => `\\u${hex(one)}`)}${rest}`
}

function hex(character: string): string {
  return character.charCodeAt(0).toString(16).padStart(4, '0')
}

/** How often what was seen, for a report. */
export class Tally {
  readonly #counts = new Map<string, number>()

  add(what: string): void {
    this.#counts.set(what, this.of(what) + 1)
  }

  of(what: string): number {
    return this.#counts.get(what) ?? 0
  }

  get figures(): Figure[] {
    const entries = [...this.#counts].toSorted(([a], [b]) => a.localeCompare(b))
    return entries.map(([what, count]) => ({ what, value: String(count) }))
  }
}
