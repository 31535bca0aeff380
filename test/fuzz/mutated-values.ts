import type { Random } from '../../src/testing/random.ts'
import { NOW, tokenFrom } from './known-sessions.ts'
import { mutate } from './mutate.ts'
import type { Sample } from './sample-records.ts'
import { words } from './words.ts'

type Change = (text: string, random: Random, samples: readonly Sample[]) => string

/** A value with something wrong about it: bytes, fields, payloads, lengths, or all of it. */
export function mutatedValue(sample: Sample, samples: readonly Sample[], random: Random): Buffer {
  let text = sample.value.toString('latin1')
  for (let left = 1 + random.below(2); left > 0; left--) {
    text = random.oneOf(CHANGES)(text, random, samples)
  }
  return Buffer.from(text, 'latin1')
}

const CHANGES: readonly Change[] = [
  (text, random) => mutate(text, random),
  (text, random) => header(text, (line) => mutate(line, random)),
  (text, random) => header(text, (line) => mutate(line, random)),
  (text, random) => payload(text, (part) => mutate(part, random)),
  (text, random) => payload(text, (part) => mutate(part, random)),
  (text, random) => field(text, random.below(14), (one) => mutate(one, random)),
  (text, random) => field(text, random.below(14), (one) => oddOf(one, random)),
  (text, random) => field(text, random.below(14), (one) => oddOf(one, random)),
  (text, random) => field(text, random.oneOf([4, 5, 6, 7, 9]), () => numberFrom(random)),
  (text, random) => field(text, 13, (kinds) => kindsFrom(kinds, random)),
  (text, random) => field(text, 12, () => random.oneOf(ODD)),
  (text, random) => tombstone(headerOf(text).split(' ')[1] ?? '', random),
  fieldOfAnother,
  swappedFields,
  (text, random, samples) => payload(text, () => payloadOf(another(samples, random))),
  (text, random, samples) => header(text, () => headerOf(another(samples, random))),
  (_, random, samples) => another(samples, random),
  (text, random) => payload(text, () => random.oneOf(PAYLOADS)),
  (text, random) => text.replace('sojourn1', () => random.oneOf(MAGICS)),
  (text, random) =>
    text.replace('\n', () => random.oneOf(['', '\r\n', '\n\n', ' ', '\0', '\n \n'])),
  (text, random) => Buffer.from(text, random.oneOf(['utf8', 'utf16le'])).toString('latin1'),
]

function headerOf(text: string): string {
  return text.split('\n', 1)[0] ?? ''
}

function payloadOf(text: string): string {
  return text.slice(headerOf(text).length + 1)
}

function header(text: string, change: (line: string) => string): string {
  return `${change(headerOf(text))}\n${payloadOf(text)}`
}

function payload(text: string, change: (part: string) => string): string {
  return `${headerOf(text)}\n${change(payloadOf(text))}`
}

function field(text: string, at: number, change: (one: string) => string): string {
  return header(text, (line) => {
    const fields = line.split(' ')
    if (at < fields.length) fields[at] = change(fields[at] ?? '')
    return fields.join(' ')
  })
}

/** What lies in the place of a session that was ended. */
function tombstone(id: string, random: Random): string {
  const reason = random.oneOf(['', 'password%20changed', '%ff', '%', 'a b', '%C3%A4', 'x\n', '-'])
  const at = random.below(3) === 0 ? numberFrom(random) : String(NOW - random.below(100_000))
  const whose = random.below(4) === 0 ? tokenFrom(random) : id
  return `sojourn1-ended ${whose} ${at} ${reason}${random.below(8) === 0 ? '' : '\n'}`
}

function another(samples: readonly Sample[], random: Random): string {
  return random.oneOf(samples).value.toString('latin1')
}

function fieldOfAnother(text: string, random: Random, samples: readonly Sample[]): string {
  const at = random.below(14)
  const theirs = headerOf(another(samples, random)).split(' ')[at] ?? ''
  return field(text, at, () => theirs)
}

function swappedFields(text: string, random: Random): string {
  const [one, other] = [random.below(14), random.below(14)]
  const fields = headerOf(text).split(' ')
  return field(
    field(text, one, () => fields[other] ?? ''),
    other,
    () => fields[one] ?? '',
  )
}

/** Near every limit there is. */
function numberFrom(random: Random): string {
  const near = String(NOW + random.below(3_000_000) - 1_500_000)
  return random.oneOf([near, String(random.below(2_000_000) - 1_000_000), ...NUMBERS])
}

const NUMBERS = [
  '',
  '1 ',
  '9'.repeat(16),
  '9'.repeat(17),
  '9'.repeat(400),
  ...words(`
    0 -0 00 1 -1 +1 01 0.5 1e3 0x1 1_0 - --1 NaN 1n null Infinity -Infinity \u0661 4294967296
    9007199254740991 9007199254740992 -9007199254740991
  `),
]

function oddOf(one: string, random: Random): string {
  return random.oneOf([
    random.oneOf(ODD),
    random.oneOf(ODD),
    one + one,
    one.toUpperCase(),
    one.slice(0, -1),
    `${one},`,
    `,${one}`,
    `${one},${one}`,
    `${one}\0`,
    tokenFrom(random, random.oneOf([22, 128, 129])),
    `${numberFrom(random)}+${numberFrom(random)}`,
    `${random.below(3000)}+${random.oneOf(INTERVALS)}`,
    Array.from({ length: random.below(12) }, (_, at) => `w${at}`).join(','),
  ])
}

const ODD = [
  '',
  ...words(`
    - p % %2D %00 %ff %C3%A4 %c3%a4 %ed%a0%80 %F0%9F%A6%8A x
    ann@0 ann@-1000,pwd ann@0,pwd,otp;;x ann@0;; ann@0; ann@0,; ann@0,;; ann@x ann@ @0 -@0 ann@0@0
    ann@0;a;b;c ann@9999999999999999 ann@-0,a%2Cb;%3B;%40 ann;a;b ann,pwd
  `),
]
const INTERVALS = words('0 60 1.5 0.001 1.0005 60. .5 -1')

function kindsFrom(kinds: string, random: Random): string {
  const kind = () => random.oneOf(['text', 'bytes', 'text', 'bytes', 'json', 'Text', ''])
  const length = random.below(2) === 0 ? numberFrom(random) : String(random.below(80))
  return random.oneOf([kind(), `${kind()},${kind()}:${length}`, `${kinds},text:0`, `${kinds}0`])
}

const PAYLOADS = [
  '',
  ' ',
  ...words(`
    { [] "" 0 null true {} {}{} [{}] "{}" {"a":1} {'a':1} {"__proto__":{"admin":true}} {"id":"x"}
    {"constructor":{"prototype":{"admin":true}}} {"rotate":1} {"user":"ada","user":"eve"} \ufeff{}
    {"flash":[]} {"flash":[["a","",1]]} {"$tagged":{}} {"$tagged":[]} {"$tagged":{"$Map":[]}}
    {"$tagged":{"$ref":0}} {"$tagged":{"a":{"$literal":"undefined"}}} {"$tagged":{"a":{"$Date":1}}}
    {"a":"\\ud800"} {"a":"\xff"} {"a":"\xc3"} {"\xed\xa0\x80":1} {"a":"\xc0\xaf"} \xef\xbb\xbf{}
  `),
]

const MAGICS = [
  '',
  'sojourn1 ',
  ' sojourn1',
  ...words(`
    sojourn0 sojourn2 sojourn01 sojourn sojourn10 sojourn-1 Sojourn1 sojourn999999 sojourn9999999
    sojourn1. sojourn\uff11 \xef\xbb\xbfsojourn1
  `),
]
