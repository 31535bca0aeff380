import { describe, expect, test } from 'vitest'
import {
  type SerializerClaims,
  type SerializerPair,
  serializerConformance,
} from '../../src/testing/testing.ts'
import { BROKEN, BUILT_IN, JSON_ONLY, V8, encrypted } from './serializers.ts'

async function failures(serializer: SerializerPair, claims?: SerializerClaims): Promise<string[]> {
  const cases = serializerConformance(serializer, claims)
  const results = await Promise.allSettled(cases.map(({ run }) => run()))
  return cases.filter((_, at) => results[at]?.status === 'rejected').map(({ name }) => name)
}

describe('the built-in serializer', () => {
  for (const { name, run } of serializerConformance(BUILT_IN)) test(name, run)
})

describe('serializerConformance', () => {
  test.each<[string, SerializerPair, SerializerClaims]>([
    ['JSON', JSON_ONLY, { keeps: 'json' }],
    ['JSON with undefined named as lost', JSON_ONLY, { keeps: [] }],
    [
      'the structured clone of V8',
      V8,
      { keeps: ['undefined', 'number', 'bigint', 'Date', 'Map', 'Set', 'references'] },
    ],
    ['encryption', encrypted(), { authenticated: true }],
    ['encryption as text', encrypted(undefined, 'base64url'), { authenticated: true }],
  ])('is passed by %s', async (_, serializer, claims) => {
    expect(await failures(serializer, claims)).toEqual([])
  })

  test('catches a serializer that keeps less than it claims', async () => {
    const failed = await failures(JSON_ONLY)
    expect(failed).toEqual(
      expect.arrayContaining([
        'keeps: undefined, inside',
        'keeps: numbers that JSON has not',
        'keeps: bigints',
        'keeps: Dates',
        'keeps: Maps',
        'keeps: Sets',
        'keeps: URLs',
        'keeps: bytes',
        'keeps: repeated and circular references',
        'keeps: 300 generated data',
      ]),
    )
    expect(await failures(JSON_ONLY, { keeps: ['Date'] })).toEqual([
      'keeps: Dates',
      'keeps: 300 generated data',
    ])
  })

  test.each(Object.entries(BROKEN))('catches a serializer that %s', async (_, mistake) => {
    const { serializer, authenticated, caughtBy } = mistake
    expect(await failures(serializer, { keeps: 'json', authenticated })).toContain(caughtBy)
  })

  test('names every case once', () => {
    const names = serializerConformance(BUILT_IN, { authenticated: true }).map(({ name }) => name)
    expect(new Set(names).size).toBe(names.length)
  })
})
