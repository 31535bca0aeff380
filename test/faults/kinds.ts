import { type Decide, nth } from '../support/fault-proxy.ts'

/** What becomes of the nth command of an operation, by what a table calls it. */
export interface Kind {
  readonly plan: (n: number) => Decide
  /** Nothing answers any more: only the deadline ends what waits. */
  readonly isSilent?: true
  /** Nothing is lost, it only takes longer. */
  readonly isHarmless?: true
  /** All bytes pass one by one, whatever the number of the command. */
  readonly splits?: true
}

/** Of these, a few for the tests. */
export const QUICK: readonly string[] = [
  'cut off before it is carried out',
  'carried out, its reply cut off',
  'carried out twice, both replies cut off',
  'carried out, then silence',
]

export const KINDS: Readonly<Record<string, Kind>> = {
  'cut off before it is carried out': { plan: (n) => nth(n, 'kill before') },
  'cut off twice before it is carried out': { plan: (n) => nth(n, 'kill before', 1) },
  'carried out, its reply cut off': { plan: (n) => nth(n, 'lose reply') },
  'carried out twice, both replies cut off': { plan: (n) => nth(n, 'lose reply', 1) },
  'carried out, its reply cut in the middle': { plan: (n) => nth(n, 'half a reply', 1) },
  'carried out, then a reset': { plan: (n) => nth(n, 'reset', 1) },
  silence: { plan: (n) => nth(n, 'black hole'), isSilent: true },
  'carried out, then silence': { plan: (n) => nth(n, 'reply lost, black hole'), isSilent: true },
  'cut off, and silence when it is sent again': {
    plan: (n) => {
      const first = nth(n, 'lose reply')
      const second = nth(n + 1, 'reply lost, black hole')
      return (command) => first(command) ?? second(command)
    },
    isSilent: true,
  },
  'every byte by itself': { plan: () => () => undefined, isHarmless: true, splits: true },
  'a reply 20 ms late': { plan: (n) => nth(n, { delayMs: 20 }), isHarmless: true },
}
