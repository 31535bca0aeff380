/** The session of a signed-in shopper: 1.2 KB as JSON. */
export interface Account {
  user: { id: string; name: string; email: string; verified: boolean }
  roles: string[]
  cart: { currency: string; coupon: null; items: object[] }
  preferences: object
  notice: string
  history: string[]
  views: number
}

export const USER = 'Ann Example'

export function account(): Account {
  return {
    user: { id: 'u_8f14e45f', name: USER, email: 'ann@example.com', verified: true },
    roles: ['admin', 'editor'],
    cart: { currency: 'EUR', coupon: null, items: [1, 2, 3, 4, 5, 6, 7, 8, 9].map(item) },
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

/** What every server answers. */
export interface Answer {
  readonly user: string | null
  readonly views: number
}

export function answerOf(session: Partial<Account> | undefined): Answer {
  return { user: session?.user?.name ?? null, views: session?.views ?? 0 }
}

/** The `session` a middleware put on the request. */
export function sessionOn(request: object): Partial<Account> {
  return (request as { session: Partial<Account> }).session
}
