import { type Tea, teas } from './teas.ts'

/** Of the tins, in their order. */
const COLOURS = ['rust', 'moss', 'slate', 'honey', 'blue', 'teal']

export interface Clothes {
  /** As in “a visitor in …”. */
  readonly words: string
  /** The tins that have the same colours. */
  readonly coat: Tea
  readonly hat: Tea
}

/** Visitors have no names. Their clothes tell them apart, whose colours their session's id gives. */
export function clothesOf(id: string): Clothes {
  const number = [...id].reduce((sum, sign) => (sum * 31 + sign.charCodeAt(0)) % 9973, 0)
  const coat = number % COLOURS.length
  const hat = Math.floor(number / COLOURS.length) % COLOURS.length
  return {
    words: `a ${COLOURS[coat]} coat and a ${COLOURS[hat]} hat`,
    coat: teas[coat] as Tea,
    hat: teas[hat] as Tea,
  }
}
