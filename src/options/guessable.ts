/** How a secret or a key is made: 256 random bits. */
export const HOW_TO_MAKE = `make one with: node -p "crypto.randomBytes(32).toString('base64url')"`

/** What placeholders are made of, and the rows of a keyboard. */
const WELL_KNOWN = new RegExp(
  'secret|pass(?:word|phrase)|keyboard|cat|key|token|session|cookie|change|replace|please|default|' +
    'example|sample|test|dev(?:elopment)?|prod(?:uction)?|local(?:host)?|app(?:lication)?|server|' +
    'admin|user|hello|world|foo|bar|baz|random|string|characters?|insecure|secure|super|very|' +
    'sign(?:ing)?|chars?|min(?:imum)?|known|everybody|32|long(?:er)?|more|must|should|least|thirty|two|this|that|the|your|with|and|for|not|only|here|' +
    'qwerty(?:uiop)?|asdf(?:ghjkl)?|zxcvbnm|lorem|ipsum|dolor|correct|horse|battery|staple',
  'g',
)

const ENOUGH_BITS = 64
const REPEATED = 4

/**
 * Whether a text is visibly not random: one or few characters, sequences, repetitions, words of
 * placeholders. A text of 128 random bits or more, as hex, base64, base64url or UUID, never is; one
 * that is not called guessable may be so nevertheless.
 *
 * It counts the characters that do not follow from those before, a well-known word as one, and
 * takes each for one of as many as there are different ones.
 */
export function isGuessable(text: string): boolean {
  const plain = text.toLowerCase().replaceAll(WELL_KNOWN, '~')
  const known = new Set<string>()
  let fresh = 0
  let lastStep = Number.NaN
  for (let at = 0; at < plain.length; at++) {
    const step = at === 0 ? Number.NaN : plain.charCodeAt(at) - plain.charCodeAt(at - 1)
    const goesOn = step === lastStep && Math.abs(step) <= 1
    const end = plain.slice(Math.max(0, at + 1 - REPEATED), at + 1)
    if (!goesOn && !known.has(end)) fresh++
    known.add(end)
    lastStep = step
  }
  return fresh * Math.log2(new Set(plain).size) < ENOUGH_BITS
}
