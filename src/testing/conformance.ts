/** One case of a conformance suite, for any test runner: `test(name, run)`. */
export interface ConformanceCase {
  /** What must hold, unique within its suite: `replace: never creates`. */
  readonly name: string
  /** Rejects, with an AssertionError of `node:assert`, when it does not hold. Needs no `this`. */
  readonly run: () => Promise<void>
}

/** What must hold, by name, of something given. */
export type Checks<Given> = Readonly<Record<string, (given: Given) => void | Promise<void>>>

/** The same check for several things. */
export function forEach<Item, Given>(
  items: readonly Item[],
  nameOf: (item: Item) => string,
  check: (given: Given, item: Item) => void | Promise<void>,
): Checks<Given> {
  return Object.fromEntries(
    items.map((item) => [nameOf(item), (given: Given) => check(given, item)]),
  )
}

/** The cases of groups of checks, each run on something made for it alone. */
export function casesOf<Given>(
  groups: Readonly<Record<string, Checks<Given>>>,
  lend: (check: (given: Given) => void | Promise<void>) => Promise<void>,
): ConformanceCase[] {
  return Object.entries(groups).flatMap(([group, checks]) =>
    Object.entries(checks).map(([name, check]) => ({
      name: `${group}: ${name}`,
      run: () => lend(check),
    })),
  )
}
