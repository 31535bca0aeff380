/** One step into the data: a property, an index, or a place in a Map or Set. */
export type Step =
  | string
  | number
  | readonly [method: 'get', key: string]
  | readonly [method: 'keys' | 'values', index: number]

const LONGEST_KEY = 40

/** As one would write it: `cart.items[3].price`, `rates.get("EUR")`, `tags.values()[0]`. */
export function pathOf(steps: readonly Step[]): string {
  return steps.map(formatStep).join('').replace(/^\./, '')
}

function formatStep(step: Step): string {
  if (typeof step === 'number') return `[${step}]`
  if (typeof step === 'string') return isIdentifier(step) ? `.${step}` : `[${quote(step)}]`
  const [method, at] = step
  return method === 'get' ? `.get(${quote(at)})` : `.${method}()[${at}]`
}

/** A long key is rather data than a name, and a path goes into messages. */
function quote(key: string): string {
  return JSON.stringify(key.length > LONGEST_KEY ? `${key.slice(0, LONGEST_KEY)}…` : key)
}

function isIdentifier(key: string): boolean {
  return key.length <= LONGEST_KEY && /^[\p{ID_Start}$_][\p{ID_Continue}$]*$/u.test(key)
}
