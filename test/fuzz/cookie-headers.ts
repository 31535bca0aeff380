import { type Sessions, createSessions } from '../../src/sessions.ts'
import { memoryStore } from '../../src/store/memory.ts'
import {
  type Campaign,
  type Figure,
  FuzzFailure,
  type Run,
  Tally,
  casesOf,
  randomFor,
} from './campaign.ts'
import { type Jar, headerFrom } from './hostile-headers.ts'
import { hugeHeaders, msToRead } from './huge-headers.ts'
import {
  type Known,
  NAME,
  NOW,
  PREFIX,
  SECRET,
  SIGNED_IN,
  knownSession,
  withoutSignatures,
} from './known-sessions.ts'

/*
 * A header is accepted when open() gives a session that is stored. That is right only if a plain
 * reader finds exactly one cookie of a name of ours in it, whose value is, character by character,
 * one that was issued under that name; and then the session must be that one, with its own data. Of
 * two such, the one of whoever is signed in counts.
 */
export const cookieHeaders: Campaign = {
  name: 'cookie-headers',
  claim: 'no Cookie header opens a session but by the exact value that was issued; none throws',
  full: 10_000_000,
  quick: 20_000,
  run,
}

type Data = Record<string, unknown>

async function run(run: Run): Promise<Figure[]> {
  const store = memoryStore({ now: () => NOW })
  const sessions = createSessions<Data>({ secret: SECRET, store, cookie: { name: NAME } })
  const jar = Array.from({ length: 32 }, (_, at) => {
    const name = at % 2 === 0 ? NAME : SIGNED_IN
    return knownSession(randomFor(run.seed, -1 - at), { data: `{"number":${at}}` }, name)
  })
  for (const { record } of jar) await store.create(PREFIX + record.id, record)
  const issued = new Map(jar.map((known) => [`${known.name}=${known.value}`, known]))
  const find = (header: string, name: string) => issued.get(`${name}=${valueIn(header, name)}`)
  const tally = new Tally()
  // First: what comes over a wire has a byte a character, and V8 is slower after it has met others.
  const times = run.timed ? await timesOf(sessions, jar) : []
  for (const [at, random] of casesOf(run)) {
    const header = headerFrom(random, jar)
    const right = find(header, SIGNED_IN) ?? find(header, NAME)
    const problem = await problemWith(sessions, header, right)
    if (problem !== undefined) {
      throw new FuzzFailure(run, at, problem, withoutSignatures(header, jar))
    }
    tally.add(right === undefined ? 'headers that opened nothing' : 'exact values, which opened')
  }
  return [...tally.figures, { what: 'accepted otherwise', value: '0' }, ...times]
}

async function problemWith(
  sessions: Sessions<Data>,
  header: string,
  right: Known | undefined,
): Promise<string | undefined> {
  let opened
  try {
    opened = await sessions.open(header)
  } catch (error) {
    return `open() threw ${String(error)}`
  }
  if (right === undefined) return opened.isNew ? undefined : `it opened session ${opened.id}`
  if (opened.id !== right.record.id) return `it did not open session ${right.record.id}`
  const data = JSON.stringify(opened)
  return data === right.record.data ? undefined : `the session shows ${data}`
}

/** Slow and plain: the value of the only cookie of a name. */
function valueIn(header: string, name: string): string | undefined {
  const values: string[] = []
  for (const part of header.split(';')) {
    const pair = trimmed(part)
    const equals = pair.indexOf('=')
    if (equals !== -1 && pair.slice(0, equals) === name)
      values.push(trimmed(pair.slice(equals + 1)))
  }
  return values.length === 1 ? values[0] : undefined
}

/** RFC 6265bis, 4.2 and 5.6: SP and HTAB. */
function trimmed(text: string): string {
  return text.replaceAll(/^[ \t]+|[ \t]+$/g, '')
}

/** Headers of a mebibyte, several shapes, each with a valid cookie at its end. */
async function timesOf(sessions: Sessions<Data>, jar: Jar): Promise<Figure[]> {
  const figures: Figure[] = []
  const [known] = jar
  for (const { shape, header } of hugeHeaders(NAME, known?.value ?? '')) {
    const { median, fastest } = await msToRead(() => sessions.open(header))
    const value = `${median.toFixed(2)} ms (fastest ${fastest.toFixed(2)})`
    figures.push({ what: `1 MiB of ${shape}`, value })
  }
  return figures
}
