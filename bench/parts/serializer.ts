import { decode, encode } from '../../src/record/serialize.ts'
import { median } from '../http/ratio.ts'
import type { Table } from '../table.ts'

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

function compare({ name, make, makePlain }: Work, rounds: number): string[] {
  const times: [number[], number[], number[], number[]] = [[], [], [], []]
  const text = encode(make())
  const json = JSON.stringify(makePlain())
  for (let round = 0; round < rounds; round++) {
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
  const warm = Math.floor(rounds / 4)
  const [stringify, encoding, parse, decoding] = times.map((all) => median(all.slice(warm))) as [
    number,
    number,
    number,
    number,
  ]
  return [
    name,
    String(text.length),
    encoding.toFixed(2),
    (encoding / stringify).toFixed(2),
    decoding.toFixed(2),
    (decoding / parse).toFixed(2),
  ]
}

const WORKS: readonly Work[] = [
  { name: 'plain', make: parsed(account), makePlain: parsed(account) },
  { name: 'plain with arrays', make: parsed(lists), makePlain: parsed(lists) },
  { name: 'special', make: special, makePlain: specialAsJson },
]

/**
 * The default serializer against JSON. Every round works on objects nobody has walked before. JSON
 * cannot keep the special data; there its time is that of the same data written plainly.
 */
export function serializer(rounds: number): Table {
  return {
    title: 'The serializer: µs, and times those of JSON.stringify and JSON.parse',
    head: ['', 'characters', 'encode µs', 'to JSON', 'decode µs', 'to JSON'],
    rows: WORKS.map((work) => compare(work, rounds)),
  }
}
