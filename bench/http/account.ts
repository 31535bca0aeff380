/** The session of a signed-in shopper: 1.2 KB as JSON, or as much more as its cart makes it. */
export interface Account {
  user: { id: string; name: string; email: string; verified: boolean }
  roles: string[]
  cart: { currency: string; coupon: null; items: object[] }
  preferences: object
  notice: string
  history: string[]
  views: number
}

/** Kilobytes of JSON. */
export const SIZES = [1.2, 10, 64, 256, 1000] as const
export type Size = (typeof SIZES)[number]

const ITEMS: Readonly<Record<Size, number>> = { 1.2: 9, 10: 104, 64: 698, 256: 2749, 1000: 10_600 }

export const USER = 'Ann Example'

export function account(size: Size = 1.2): Account {
  return {
    user: { id: 'u_8f14e45f', name: USER, email: 'ann@example.com', verified: true },
    roles: ['admin', 'editor'],
    cart: {
      currency: 'EUR',
      coupon: null,
      items: Array.from({ length: ITEMS[size] }, (_, at) => item(at + 1)),
    },
    preferences: {
      theme: 'dark',
      language: 'en-GB',
      timezone: 'Europe/London',
      notifications: { email: true, sms: false, push: true },
    },
    notice: 'Your order has left us.',
    history: ['/', '/shop', '/shop/shoes', '/cart', '/checkout', '/account/orders?sort=date'],
    views: 0,
  }
}

function item(number: number): object {
  return {
    sku: `SKU-${1000 + number}`,
    title: `Product number ${number}`,
    price: 19.99 + number,
    quantity: number,
    gift: false,
  }
}

export const KEYS = Object.keys(account()) as (keyof Account)[]

/** What every server answers. */
export interface Answer {
  readonly user: string | null
  readonly views: number
}

export function answerOf(session: Partial<Account> | null | undefined): Answer {
  return { user: session?.user?.name ?? null, views: session?.views ?? 0 }
}

export function addView(session: Partial<Account>): void {
  session.views = (session.views ?? 0) + 1
}
