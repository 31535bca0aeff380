import type { ScannedSession, Sessions } from '../../src/index.ts'

/** All that a scan of these sessions gives. */
export async function scannedIn<D extends object>(
  sessions: Pick<Sessions<D>, 'scan'>,
  request?: object,
): Promise<ScannedSession[]> {
  const found: ScannedSession[] = []
  for await (const each of sessions.scan({ request })) found.push(each)
  return found
}

export async function scannedIds<D extends object>(
  sessions: Pick<Sessions<D>, 'scan'>,
): Promise<string[]> {
  return (await scannedIn(sessions)).map(({ id }) => id).toSorted()
}
