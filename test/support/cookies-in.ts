/** `id.family.edition.signature`: nothing else that is printed or stored looks like it. */
const COOKIE = /(?<![\w-])[\w-]{1,128}\.[\w-]{22}\.\d{1,9}\.[\w-]{43}(?![\w-])/g

/** How many characters before a cookie say where it is. */
const CONTEXT = 120

/** The session cookies in a text, whether they are valid or not: what stands before each. */
export function cookiesIn(text: string): string[] {
  return Array.from(text.matchAll(COOKIE), ({ index }) => {
    return `${text.slice(Math.max(0, index - CONTEXT), index)}<a session cookie>`
  })
}
