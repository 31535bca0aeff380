/**
 * The default serializer against JSON. Run: `tsx bench/parts/serializer.ts`. Rounds are
 * interleaved, every round works on objects nobody has walked before, and medians are compared.
 * JSON cannot keep the special data; there its time is that of the same data written plainly.
 */
import { decode, encode } from '../../src/record/serialize.ts'

const ROUNDS = 400
const PER_ROUND = 40

interface Work {
  readonly name: string
  readonly make: () => unknown
  readonly makePlain: () => unknown
}

function account() {
  return {
    user: { id: 'u_8f14e45f', name: 'Ann Example', email: 'ann@example.com', verified: true },
    roles: ['admin', 'editor'],
    cart: { currency: 'EUR', total: 239.94, coupon: null, items: lines(6) },
    preferences: {
      theme: 'dark',
      language: 'en-GB',
      timezone: 'Europe/London',
      notifications: { email: true, sms: false, push: true },
    },
    returnTo: '/account/orders?page=2&sort=date',
    views: 42,
    history: ['/', '/shop', '/shop/shoes', '/cart', '/checkout'],
    experiments: { checkout: 'B', banner: 'A', search: 'control' },
    notice: 'Your order has left our warehouse and will be with you on Tuesday, before noon.',
  }
}

function lines(count: number) {
  return Array.from({ length: count }, (_, index) => ({
    sku: `SKU-${1000 + index}`,
    title: `Product number ${index}`,
    price: 19.99 + index,
    quantity: index + 1,
    gift: false,
  }))
}

function lists() {
  return {
    recent: Array.from({ length: 30 }, (_, index) => ({ id: index, at: 1_764_000_000 + index })),
    scores: Array.from({ length: 40 }, (_, index) => index * 1.5),
    tags: Array.from({ length: 20 }, (_, index) => `tag-${index}`),
  }
}

function special() {
  return {
    ...account(),
    signedInAt: new Date(1_764_000_000_000),
    seen: new Set(['/', '/shop', '/cart']),
    rates: new Map([
      ['EUR', 1.17],
      ['USD', 1.34],
    ]),
    balance: 12_345_678_901_234_567_890n,
    nickname: undefined,
  }
}

function specialAsJson() {
  return {
    ...account(),
    signedInAt: new Date(1_764_000_000_000).toISOString(),
    seen: ['/', '/shop', '/cart'],
    rates: [
      ['EUR', 1.17],
      ['USD', 1.34],
    ],
    balance: '12345678901234567890',
    nickname: null,
  }
}

function parsed(make: () => unknown): () => unknown {
  const text = JSON.stringify(make())
  return () => JSON.parse(text) as unknown
}

/** Microseconds per call. */
function time(call: (input: never) => unknown, inputs: readonly unknown[]): number {
  const start = performance.now()
  for (const input of inputs) call(input as never)
  return ((performance.now() - start) * 1000) / inputs.length
}

function repeat(produce: () => unknown): unknown[] {
  return Array.from({ length: PER_ROUND }, produce)
}

function median(times: readonly number[]): number {
  const sorted = times.slice(ROUNDS / 4).toSorted((a, b) => a - b)
  return sorted[Math.floor(sorted.length / 2)] as number
}

function compare({ name, make, makePlain }: Work): void {
  const times: [number[], number[], number[], number[]] = [[], [], [], []]
  const text = encode(make())
  const json = JSON.stringify(makePlain())
  for (let round = 0; round < ROUNDS; round++) {
    times[0].push(time(JSON.stringify, repeat(makePlain)))
    times[1].push(time(encode, repeat(make)))
    times[2].push(
      time(
        JSON.parse,
        repeat(() => json),
      ),
    )
    times[3].push(
      time(
        decode,
        repeat(() => text),
      ),
    )
  }
  const [stringify, encoding, parse, decoding] = times.map(median) as [
    number,
    number,
    number,
    number,
  ]
  console.log(
    `${name.padEnd(18)} ${String(text.length).padStart(5)} characters` +
      `   encode ${encoding.toFixed(2)} µs, ${(encoding / stringify).toFixed(2)} × JSON.stringify` +
      `   decode ${decoding.toFixed(2)} µs, ${(decoding / parse).toFixed(2)} × JSON.parse`,
  )
}

compare({ name: 'plain', make: parsed(account), makePlain: parsed(account) })
compare({ name: 'plain with arrays', make: parsed(lists), makePlain: parsed(lists) })
compare({ name: 'special', make: special, makePlain: specialAsJson })
