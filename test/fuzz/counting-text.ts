/** Stands for a string, and counts the characters that are looked at in it. */
export class CountingText {
  readonly #text: string
  visited = 0
  copied = 0

  constructor(text: string) {
    this.#text = text
  }

  get length(): number {
    return this.#text.length
  }

  charCodeAt(at: number): number {
    this.visited++
    return this.#text.charCodeAt(at)
  }

  indexOf(wanted: string, from = 0): number {
    const found = this.#text.indexOf(wanted, from)
    this.visited += (found === -1 ? this.#text.length : found + wanted.length) - from
    return found
  }

  slice(from: number, to: number): string {
    this.copied += to - from
    return this.#text.slice(from, to)
  }
}
