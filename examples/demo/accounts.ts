import { EIGHT_HOURS, FOUR_HOURS, HALF_AN_HOUR } from './session.ts'

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
  },
  {
    name: 'shopkeeper',
    title: 'the shopkeeper',
    password: 'saucer',
    stay: FOUR_HOURS,
    welcome: 'Good to see you. The apron is on its hook; your shift is four hours.',
  },
  {
    name: 'regular',
    title: 'a regular',
    password: 'biscuit',
    stay: HALF_AN_HOUR,
    welcome: 'The usual table is free. Stay half an hour, and longer with every step.',
  },
]

export function accountOf(name: unknown, password: unknown): Account | undefined {
  return accounts.find((account) => account.name === name && account.password === password)
}

/** The owner, the shopkeeper, a regular; a visitor is nobody the shop knows. */
export function titleOf(principal: string | null): string {
  return accounts.find(({ name }) => name === principal)?.title ?? 'a visitor'
}
