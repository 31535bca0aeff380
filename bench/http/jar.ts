/**
 * The Cookie header of a browser that sent `sent`, once it has got these Set-Cookie values. A
 * cookie without a value is taken away: so are all that a server removes here.
 */
export function cookiesAfter(sent: string | undefined, set: readonly string[]): string | undefined {
  const jar = new Map<string, string>()
  for (const pair of [...(sent?.split('; ') ?? []), ...set.map((line) => line.split(';', 1)[0])]) {
    const [name = '', ...value] = (pair ?? '').split('=')
    jar.set(name, value.join('='))
  }
  const kept = [...jar].filter(([, value]) => value !== '')
  return kept.length === 0 ? undefined : kept.map((pair) => pair.join('=')).join('; ')
}
