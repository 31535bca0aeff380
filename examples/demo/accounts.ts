import { EIGHT_HOURS, FOUR_HOURS, HALF_AN_HOUR } from './session.ts'

export type Dress = 'apron' | 'coat'

/** Somebody the shop knows. */
export interface Account {
  /** Who is signed in: the session's principal. */
  readonly name: string
  /** As the pages speak of them. */
  readonly title: string
  readonly password: string
  /** Seconds that they may stand about doing nothing. */
  readonly stay: number
  readonly welcome: string
  /** Who works here wears an apron. */
  readonly dress: Dress
}

export const OWNER = 'owner'

/** Shown on the page. A real shop looks up a user and compares with a slow password hash. */
export const accounts: readonly Account[] = [
  {
    name: OWNER,
    title: 'the owner',
    password: 'kettle',
    stay: EIGHT_HOURS,
    welcome: 'Welcome back. It is your shop: you may stay for eight hours.',
    dress: 'apron',
  },
  {
    name: 'shopkeeper',
    title: 'the shopkeeper',
    password: 'saucer',
    stay: FOUR_HOURS,
    welcome: 'Good to see you. The apron is on its hook; your shift is four hours.',
    dress: 'apron',
  },
  {
    name: 'regular',
    title: 'a regular',
    password: 'biscuit',
    stay: HALF_AN_HOUR,
    welcome: 'The usual table is free. Stay half an hour, and longer with every step.',
    dress: 'coat',
  },
]

export function accountOf(name: unknown, password: unknown): Account | undefined {
  return accounts.find((account) => account.name === name && account.password === password)
}

/** A visitor is nobody the shop knows. */
export function looksOf(principal: string | null): Pick<Account, 'title' | 'dress'> {
  return accounts.find(({ name }) => name === principal) ?? { title: 'a visitor', dress: 'coat' }
}
