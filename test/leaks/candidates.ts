/**
 * Whatever could be a cookie, or a part of one, in a text: every text that is one as it stands, and
 * every `id.family.edition.signature` that can be put together of what was found.
 */
export function* cookiesFrom(text: string): Generator<string> {
  yield* found(text, /[\w.%-]{40,400}/g)
  const short = found(text, /(?<![\w-])[\w-]{22}(?![\w-])/g)
  const long = found(text, /(?<![\w-])[\w-]{43}(?![\w-])/g)
  // Hashes are half as long as signatures are (docs/decisions/032).
  for (const word of short) long.add(`${word}${word}`.slice(0, 43))
  for (const id of short) {
    for (const family of short) {
      for (const signature of long) {
        for (const edition of [0, 1]) yield `${id}.${family}.${edition}.${signature}`
      }
    }
  }
}

export function found(text: string, pattern: RegExp): Set<string> {
  return new Set(Array.from(text.matchAll(pattern), ([whole]) => whole))
}
