/** One step into the data: a property, an index, or a place in a Map or Set. */
export type Step =
  | string
  | number
  | readonly [method: 'get', key: string]
  | readonly [method: 'keys' | 'values', index: number]

/** As one would write it: `cart.items[3].price`, `rates.get("EUR")`, `tags.values()[0]`. */
export function pathOf(steps: readonly Step[]): string {
  return steps.map(formatStep).join('').replace(/^\./, '')
}

function formatStep(step: Step): string {
  if (typeof step === 'number') return `[${step}]`
  if (typeof step === 'string') return isIdentifier(step) ? `.${step}` : `[${JSON.stringify(step)}]`
  const [method, at] = step
  return method === 'get' ? `.get(${JSON.stringify(at)})` : `.${method}()[${at}]`
}

function isIdentifier(key: string): boolean {
  return /^[\p{ID_Start}$_][\p{ID_Continue}$]*$/u.test(key)
}
