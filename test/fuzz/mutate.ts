import type { Random } from '../../src/testing/random.ts'

/** Changes a text. Texts here are what a wire carries: mostly a character is a byte. */
export type Mutation = (text: string, random: Random) => string

/** White space of every kind that some reader somewhere trims. */
export const SPACES = [
  ...' \t\n\r\v\f\0\u001c\u001f\u0085\u00a0\u00ad\u1680\u2003\u200b\u2028\u2029\u3000\ufeff',
  '\r\n',
  '\u00c2\u00a0',
]

const ODD = [...SPACES, ...'"\'\\%;,=.$+/&?#<>{}[]()@:!|^~`*-_0123456789azAZ\u00ff', '\ud800']

export function place(text: string, random: Random): number {
  return random.below(text.length + 1)
}

function splice(text: string, at: number, removed: number, put: string): string {
  return text.slice(0, at) + put + text.slice(at + removed)
}

function flipBit(text: string, random: Random): string {
  const at = place(text, random)
  const code = text.charCodeAt(at)
  if (Number.isNaN(code)) return text
  return splice(text, at, 1, String.fromCharCode(code ^ (1 << random.below(8))))
}

function replaceOne(text: string, random: Random): string {
  return splice(text, place(text, random), 1, random.oneOf(ODD))
}

function insertOne(text: string, random: Random): string {
  return splice(text, place(text, random), 0, random.oneOf(ODD))
}

function removeSome(text: string, random: Random): string {
  return splice(text, place(text, random), 1 + random.below(5), '')
}

function truncate(text: string, random: Random): string {
  return text.slice(0, place(text, random))
}

function repeatSome(text: string, random: Random): string {
  const at = place(text, random)
  return splice(text, at, 0, text.slice(at, at + 1 + random.below(80)))
}

function moveSome(text: string, random: Random): string {
  const at = place(text, random)
  const part = text.slice(at, at + 1 + random.below(80))
  const rest = splice(text, at, part.length, '')
  return splice(rest, place(rest, random), 0, part)
}

function changeCase(text: string, random: Random): string {
  const at = place(text, random)
  const part = text.slice(at, at + 1 + random.below(10))
  const upper = part.toUpperCase()
  return splice(text, at, part.length, upper === part ? part.toLowerCase() : upper)
}

/** Such as fit any text. */
export const MUTATIONS: readonly Mutation[] = [
  flipBit,
  flipBit,
  replaceOne,
  insertOne,
  removeSome,
  truncate,
  repeatSome,
  moveSome,
  changeCase,
]

export function mutate(text: string, random: Random, mutations = MUTATIONS, most = 3): string {
  let mutated = text
  for (let left = 1 + random.below(most); left > 0; left--) {
    mutated = random.oneOf(mutations)(mutated, random)
  }
  return mutated
}
