export interface Tea {
  readonly id: string
  readonly name: string
  readonly taste: string
  /** In cents, for a tin of 100 g. */
  readonly price: number
}

export const teas: readonly Tea[] = [
  { id: 'assam', name: 'Assam', taste: 'Malty and strong. Takes milk.', price: 840 },
  { id: 'sencha', name: 'Sencha', taste: 'First spring leaf, grassy and bright.', price: 1290 },
  { id: 'lapsang', name: 'Lapsang', taste: 'Dried over pinewood smoke.', price: 1120 },
  { id: 'oolong', name: 'Oolong', taste: 'Half dark, with a note of peach.', price: 1480 },
  { id: 'earl-grey', name: 'Earl Grey', taste: 'Black tea with oil of bergamot.', price: 790 },
  { id: 'peppermint', name: 'Peppermint', taste: 'Whole leaves and nothing else.', price: 560 },
]

export function teaOf(id: unknown): Tea | undefined {
  return teas.find((tea) => tea.id === id)
}
