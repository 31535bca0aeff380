import { describe, expect, test } from 'vitest'
import { decode } from './serialize.ts'

function tagged(body: string): string {
  return `{"$tagged":${body}}`
}

/** 8,000 different letters: converting such a host takes a tenth of a second. */
const HAN = Array.from({ length: 8000 }, (_, n) => String.fromCharCode(0x4e00 + n)).join('')

describe('hostile text', () => {
  test.each([
    '',
    ' ',
    '{',
    'undefined',
    'NaN',
    '{"a":1}x',
    "{'a':1}",
    '{"$tagged":',
    '{"$tagged":}',
    '{"$tagged":1',
    '{"$tagged":1,"b":2}',
    '{"$tagged":1,"__proto__":2}',
  ])('THREATS 29: %j is not session data', (text) => {
    expect(() => decode(text)).toThrow(SyntaxError)
  })

  test.each([
    '{"$unknown":1}',
    '{"$":1}',
    '{"$constructor":1}',
    '{"$tagged":1}',
    '{"$literal":"null"}',
    '{"$literal":null}',
    '{"$literal":["NaN"]}',
    '{"$literal":{}}',
    '{"$bigint":1}',
    '{"$bigint":""}',
    '{"$bigint":" 1"}',
    '{"$bigint":"0x1"}',
    '{"$bigint":"01"}',
    '{"$bigint":"-0"}',
    '{"$bigint":"1\\n"}',
    '{"$bigint":"1n"}',
    `{"$bigint":"${2n ** 32767n}"}`,
    `{"$bigint":"${'9'.repeat(9866)}"}`,
    '{"$Date":0}',
    '{"$Date":""}',
    '{"$Date":"now"}',
    '{"$Date":"2026-11-23"}',
    '{"$Date":"2026-11-23T08:00:00Z"}',
    '{"$Date":"2026-02-30T00:00:00.000Z"}',
    '{"$Date":["2026-11-23T08:00:00.000Z"]}',
    '{"$Date":{"valueOf":1,"toString":1}}',
    '{"$URL":"nowhere"}',
    '{"$URL":"https://ü.example/"}',
    '{"$URL":null}',
    '{"$URL":["https://a.example/"]}',
    `{"$URL":"a:${'b'.repeat(8191)}"}`,
    '{"$Uint8Array":"AP8"}',
    '{"$Uint8Array":"AP8-"}',
    '{"$Uint8Array":"AP 8+"}',
    '{"$Uint8Array":"AP9+=="}',
    '{"$Uint8Array":[1,2]}',
    '{"$Uint8Array":{"length":4294967295}}',
    '{"$Map":{}}',
    '{"$Map":"ab"}',
    '{"$Map":null}',
    '{"$Map":{"length":4294967295}}',
    '{"$Map":[1]}',
    '{"$Map":["ab"]}',
    '{"$Map":[[1]]}',
    '{"$Map":[[1,2,3]]}',
    '{"$Map":[{"0":1,"1":2,"length":2}]}',
    '{"$Map":[[1,2],[1,3]]}',
    '{"$Set":"ab"}',
    '{"$Set":{"length":4294967295}}',
    '{"$Set":[1,1]}',
    '{"$plain":1}',
    '{"$plain":null}',
    '{"$plain":[]}',
    '{"$ref":0}',
    '{"$ref":"length"}',
    '{"$ref":"__proto__"}',
    '[{"$shared":[0,{}]},{"$ref":1}]',
    '[{"$shared":[0,{}]},{"$ref":-1}]',
    '[{"$shared":[0,{}]},{"$ref":0.5}]',
    '[{"$shared":[0,{}]},{"$ref":"0"}]',
    '[{"$shared":[0,{}]},{"$ref":[0]}]',
    '[{"$ref":0},{"$shared":[0,{}]}]',
    '{"$shared":{}}',
    '{"$shared":[0]}',
    '{"$shared":[0,{},1]}',
    '{"$shared":[1,{}]}',
    '{"$shared":[-1,{}]}',
    '{"$shared":["0",{}]}',
    '{"$shared":[4294967295,{}]}',
    '{"$shared":[0,1]}',
    '{"$shared":[0,null]}',
    '{"$shared":[0,{"$literal":"undefined"}]}',
    '{"$shared":[0,{"$bigint":"1"}]}',
    '{"$shared":[0,{"$shared":[0,{}]}]}',
    '{"$shared":[0,{"$ref":0}]}',
    '[{"$shared":[0,{}]},{"$shared":[0,{}]}]',
    '[{"$shared":[0,{}]},{"$shared":[1,{"$ref":0}]},{"$ref":1}]',
    '[{"$shared":[0,{"$literal":"NaN"}]},{},{"$ref":0}]',
  ])('THREATS 27, T11: %s is not a tag', (body) => {
    expect(() => decode(tagged(body))).toThrow(SyntaxError)
    expect(() => decode(tagged(`{"a":[${body}]}`))).toThrow(/^session data have /)
  })

  test('without the mark at the start, tags are data', () => {
    expect(decode(' {"$tagged":{"$Date":0}}')).toEqual({ $tagged: { $Date: 0 } })
    expect(decode('{"$Map":1}')).toEqual({ $Map: 1 })
  })

  test('THREATS 25: no text changes a prototype', () => {
    const proto = '{"__proto__":{"polluted":1},"constructor":{"prototype":{"polluted":1}}}'
    for (const body of [proto, `{"$plain":${proto}}`, `{"$Map":[["__proto__",${proto}]]}`]) {
      for (const text of [body, tagged(body), tagged(`[{"$shared":[0,${body}]},{"$ref":0}]`)]) {
        decode(text)
        expect(({} as { polluted?: unknown }).polluted).toBeUndefined()
      }
    }
    const decoded = decode(tagged('{"__proto__":{"$Date":null}}')) as object
    expect(Object.getPrototypeOf(decoded)).toBe(Object.prototype)
    expect(Object.keys(decoded)).toEqual(['__proto__'])
  })

  test('THREATS T12: errors do not quote the text', () => {
    const secret = 'hunter2'
    for (const text of [
      `{"p":"${secret}"`,
      secret,
      tagged(`{"$${secret}":1}`),
      tagged(`{"$URL":"${secret}"}`),
    ]) {
      const error = catchError(() => decode(text))
      expect(error).toBeInstanceOf(SyntaxError)
      expect(error.message).not.toContain(secret)
      expect(error.cause).toBeUndefined()
    }
  })

  test.each<[string, string]>([
    ['arrays', '['.repeat(1e7)],
    ['closed arrays', '['.repeat(5e6) + ']'.repeat(5e6)],
    ['objects', '{"a":'.repeat(2e6)],
    ['Sets', '{"$tagged":' + '{"$Set":['.repeat(1e6)],
    ['an escaped quote before', '{"a\\"":' + '['.repeat(1e7)],
    ['a text without end', '{"' + '['.repeat(1e7)],
    ['a bigint', tagged(`{"$bigint":"${'9'.repeat(1e7)}"}`)],
    ['hosts', tagged(`[${`{"$URL":"http://${HAN}/"},`.repeat(1000)}1]`)],
    ['a Date', tagged(`{"$Date":"${'1'.repeat(1e7)}"}`)],
  ])('THREATS T9: 10 MB of %s are refused fast', (_, text) => {
    const start = performance.now()
    expect(() => decode(text)).toThrow(SyntaxError)
    expect(performance.now() - start).toBeLessThan(2000)
  })
})

function catchError(call: () => unknown): Error {
  try {
    call()
  } catch (error) {
    if (error instanceof Error) return error
  }
  throw new Error('nothing was thrown')
}
