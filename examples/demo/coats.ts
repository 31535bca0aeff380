import { type Tea, teas } from './teas.ts'

const COLOURS = ['rust', 'moss', 'slate', 'honey', 'blue', 'teal']

export interface Coat {
  readonly colour: string
  /** The tin that has the same colour. */
  readonly tea: Tea
}

/** Visitors have no names. What tells them apart is a coat, whose colour their session's id gives. */
export function coatOf(id: string): Coat {
  const sum = [...id].reduce((sum, sign) => sum + sign.charCodeAt(0), 0)
  const at = sum % COLOURS.length
  return { colour: COLOURS[at] as string, tea: teas[at] as Tea }
}
