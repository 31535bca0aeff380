import type { SessionRecord } from '../../src/record/record.ts'

/** Whose words a request's are. */
export function ownerOf(request: number): string {
  return `r${request}.`
}

/** Random words, by names that are the same in every run: whose was it, and the how manieth. */
export class Names {
  readonly #names = new Map<string, string>()
  readonly #counts = new Map<string, number>()
  readonly #records = new Map<SessionRecord, string>()

  /** The name of a word; one that was never seen is `owner`'s. */
  of(word: string, owner: string): string {
    const known = this.#names.get(word)
    if (known !== undefined) return known
    const count = this.#counts.get(owner) ?? 0
    this.#counts.set(owner, count + 1)
    const name = `${owner}${count}`
    this.#names.set(word, name)
    return name
  }

  /** A text with every random word in it by its name. Ids and hashes have 22 characters. */
  in(text: string, owner: string): string {
    return text.replaceAll(/(?<![\w-])[\w-]{22}(?![\w-])/g, (word) => this.of(word, owner))
  }

  /** What a store answered. */
  answer(answer: unknown, owner: string): string {
    if (typeof answer !== 'object' || answer === null) return String(answer)
    if ('writes' in answer) return this.record(answer as SessionRecord, owner)
    const parts = Object.entries(answer).map(([name, value]) => {
      if (name === 'record') return this.record(value as SessionRecord, owner)
      const isWrite = name === 'written' || name === 'revision'
      return isWrite ? this.of(String(value), owner) : this.in(String(value), owner)
    })
    return parts.join(' ')
  }

  /** A record, which never changes. */
  record(record: SessionRecord, owner: string): string {
    let text = this.#records.get(record)
    if (text === undefined) this.#records.set(record, (text = this.#textOf(record, owner)))
    return text
  }

  #textOf(record: SessionRecord, owner: string): string {
    const { writes, data, flash, ...header } = record
    const messages = String(flash ?? '').replaceAll(
      /\["([\w-]{8})"/g,
      (_, id: string) => `[${this.of(id, owner)}`,
    )
    const ids = writes.map((id) => this.of(id, owner)).join()
    return `${ids} ${this.in(JSON.stringify(header), owner)} ${String(data)} ${messages}`
  }

  /** `name=id.family.edition.signature; attributes`, without what follows from the rest. */
  cookie(line: string, owner: string): string {
    return this.in(line.replaceAll(/\.[\w-]{43}(?=;|$)/g, ''), owner)
  }
}
