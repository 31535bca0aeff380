import { clean, cut } from '../words.ts'

type Content = Html | string | number | undefined | false | readonly Content[]

/** Markup in which everything that was put into it is escaped. */
export class Html {
  readonly #markup: string

  constructor(markup: string) {
    this.#markup = markup
  }

  toString(): string {
    return this.#markup
  }
}

/** Escapes what is put in, unless it is markup made here; `undefined` and `false` give nothing. */
export function html(strings: TemplateStringsArray, ...contents: readonly Content[]): Html {
  return new Html(String.raw({ raw: strings }, ...contents.map(markupOf)))
}

const ESCAPES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
}

function markupOf(content: Content): string {
  if (content === undefined || content === false) return ''
  if (content instanceof Html) return content.toString()
  if (typeof content === 'object') return content.map(markupOf).join('')
  return String(content).replaceAll(/[&<>"']/g, (sign) => ESCAPES[sign] as string)
}

const LONGEST = 300

/**
 * Text that somebody else chose. Controls, and characters that turn text round, show as escapes; a
 * text that runs from right to left keeps to itself; a long one is cut.
 */
export function foreign(text: string): Html {
  return html`<bdi>${clean(cut(text, LONGEST))}</bdi>`
}
