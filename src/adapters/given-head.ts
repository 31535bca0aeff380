import { assignOwn } from '../session/changes.ts'
import { headersOf, withoutHeaders } from './response-headers.ts'

/**
 * The headers given to `writeHead`: an object, a flat array or an array of pairs. The values of a name
 * that comes twice in an array are kept, in order. In an object, where two names differ but for case,
 * the later value is what was meant (`{ ...headers, 'Content-Length': 2 }`), as with Node's own
 * `setHeader`; only cookies are all kept. Shares no array with its source (CVE-2025-7339).
 */
export class GivenHead {
  /** By their names as they were first written, no two equal but for case. */
  readonly #headers: Record<string, unknown> = {}

  constructor(headers: object) {
    const isList = Array.isArray(headers)
    for (const [name, value] of pairsOf(headers)) {
      const known = this.#find(name)
      const own: unknown = Array.isArray(value) ? [...(value as unknown[])] : value
      if (known === undefined) assignOwn(this.#headers, name, own)
      else if (isList || isSame(name, 'set-cookie'))
        assignOwn(this.#headers, known, [this.#headers[known], own].flat())
      else assignOwn(this.#headers, known, own)
    }
  }

  getHeader(name: string): unknown {
    const known = this.#find(name)
    return known === undefined ? undefined : this.#headers[known]
  }

  setHeader(name: string, value: unknown): void {
    assignOwn(this.#headers, this.#find(name) ?? name, value)
  }

  /** For `writeHead`. */
  asObject(): Record<string, unknown> {
    return this.#headers
  }

  forEach(use: (name: string, value: unknown) => void): void {
    for (const name of Object.keys(this.#headers)) use(name, this.#headers[name])
  }

  #find(name: string): string | undefined {
    return Object.keys(this.#headers).find((known) => isSame(known, name))
  }
}

function isSame(one: string, other: string): boolean {
  return one.length === other.length && (one === other || one.toLowerCase() === other.toLowerCase())
}

function pairsOf(headers: object): [string, unknown][] {
  if (!Array.isArray(headers)) return Object.entries(headers)
  if (Array.isArray(headers[0])) return headers as [string, unknown][]
  const pairs: [string, unknown][] = []
  for (let i = 0; i < headers.length; i += 2) pairs.push([headers[i] as string, headers[i + 1]])
  return pairs
}

/** `writeHead`'s arguments; who called it may go on with its own headers. */
export function copyOfHead(args: unknown[]): unknown[] {
  const headers = headersOf(args)
  return headers ? [...withoutHeaders(args), new GivenHead(headers).asObject()] : args
}
