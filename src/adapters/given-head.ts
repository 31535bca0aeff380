import { setOwn } from '../session/changes.ts'
import { headersOf, withoutHeaders } from './response-headers.ts'

/**
 * The headers given to `writeHead`: an object, a flat array or an array of pairs. The values of a name
 * that comes twice are kept, in order. Shares no array with its source (CVE-2025-7339).
 */
export class GivenHead {
  /** As they were first written, no two equal but for case. */
  readonly #names: string[] = []
  readonly #values: unknown[] = []

  constructor(headers: object) {
    for (const [name, value] of pairsOf(headers)) {
      const at = this.#find(name)
      if (at >= 0) this.#values[at] = [this.#values[at], value].flat()
      else this.#add(name, Array.isArray(value) ? [...(value as unknown[])] : value)
    }
  }

  getHeader(name: string): unknown {
    return this.#values[this.#find(name)]
  }

  setHeader(name: string, value: unknown): void {
    const at = this.#find(name)
    if (at >= 0) this.#values[at] = value
    else this.#add(name, value)
  }

  /** For `writeHead`. */
  asObject(): Record<string, unknown> {
    const headers: Record<string, unknown> = {}
    this.#names.forEach((name, at) => setOwn(headers, name, this.#values[at]))
    return headers
  }

  forEach(use: (name: string, value: unknown) => void): void {
    this.#names.forEach((name, at) => use(name, this.#values[at]))
  }

  #add(name: string, value: unknown): void {
    this.#names.push(name)
    this.#values.push(value)
  }

  #find(name: string): number {
    return this.#names.findIndex(
      (known) =>
        known.length === name.length &&
        (known === name || known.toLowerCase() === name.toLowerCase()),
    )
  }
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
