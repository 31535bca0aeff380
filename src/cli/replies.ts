/** The reply to CONFIG GET: names and values in turn, or a map. */
export function pairs(reply: unknown): ReadonlyMap<string, string> {
  const flat = reply instanceof Map ? [...reply].flat() : Array.isArray(reply) ? reply : []
  const found = new Map<string, string>()
  for (let at = 0; at < flat.length; at += 2) found.set(String(flat[at]), String(flat[at + 1]))
  return found
}

/** The reply to INFO: `name:value` lines. */
export function info(reply: unknown): ReadonlyMap<string, string> {
  const lines = String(reply).matchAll(/^([^:#\s]+):(.*?)\r?$/gm)
  return new Map([...lines].map(([, name = '', value = '']) => [name, value]))
}
