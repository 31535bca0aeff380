/**
 * Are there more than `limit` brackets open at once somewhere in this JSON text? To be asked before
 * parsing: `JSON.parse` takes seconds and hundreds of megabytes for 10 MB of `[`.
 */
export function isNestedDeeper(text: string, limit: number): boolean {
  return text.length > limit && hasMoreBrackets(text, limit) && opensMore(text, limit)
}

/** Counts brackets in strings too. It only spares nearly every text the scan by character. */
function hasMoreBrackets(text: string, limit: number): boolean {
  let count = 0
  for (const bracket of '{[') {
    let at = text.indexOf(bracket)
    while (at !== -1) {
      if (++count > limit) return true
      at = text.indexOf(bracket, at + 1)
    }
  }
  return false
}

function opensMore(text: string, limit: number): boolean {
  let depth = 0
  let inString = false
  for (let at = 0; at < text.length; at++) {
    const character = text[at]
    if (character === '"') inString = !inString
    else if (inString && character === '\\') at++
    else if (inString) continue
    else if (character === '{' || character === '[') depth++
    else if (character === '}' || character === ']') depth--
    if (depth > limit) return true
  }
  return false
}
