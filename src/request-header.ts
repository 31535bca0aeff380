/** One header, in lower case, of a Node request, of a fetch-style one, or of a framework's own. */
export function headerOf(request: unknown, name: string): unknown {
  const { headers } = (request ?? {}) as { headers?: unknown }
  if (typeof headers !== 'object' || headers === null) return undefined
  const { get } = headers as { get?: unknown }
  return typeof get === 'function'
    ? (get.call(headers, name) ?? undefined)
    : (headers as Readonly<Record<string, unknown>>)[name]
}
