import type { Identity } from '../../src/record/identity.ts'
import type { Payload, SessionRecord } from '../../src/record/record.ts'

/*
 * What stored texts say, read a second time: by the description of the format and not by the code
 * under test, without regard to speed.
 */

/** The record that lies in a value; `undefined` for what does not follow the description. */
export function recordIn(value: Buffer): SessionRecord | undefined {
  const stop = value.indexOf('\n')
  const fields = value.toString('latin1', 0, stop).split(' ')
  if (stop === -1 || fields.length !== 14) return undefined
  if (fields.some((field) => /[^!-~]/.test(field))) return undefined
  const [magic, id, writes, familyHash, ...rest] = fields as Fields
  const [edition, promoted, created, touched, idle, deadline, persistence, csrf, who, kinds] = rest
  const [timeout = '', interval = ''] = idle.split('+')
  const since = (offset: string) => Number(created) + Number(offset)
  try {
    const [data, flash] = payloadsIn(value.subarray(stop + 1), kinds)
    const record: SessionRecord = {
      id,
      writes: writes.split(','),
      familyHash,
      edition: Number(edition),
      promotedAt: since(promoted),
      createdAt: Number(created),
      touchedAt: since(touched),
      timeoutMs: Number(timeout) * 1000,
      touchIntervalMs: Math.round(Number(interval) * 1000),
      deadline: deadline === '-' ? null : since(deadline),
      persistent: persistence === 'p',
      csrfNonce: csrf === '-' ? '' : csrf,
      ...identityIn(who, since),
      data: data as Payload,
      flash,
    }
    const fine = magic === 'sojourn1' && /^[\w-]{1,128}$/.test(id) && /^[p-]$/.test(persistence)
    return fine && isSafe(record) ? record : undefined
  } catch {
    return undefined
  }
}

/** What lies in the place of a session that was ended: its id, when, and why. */
export function endedIn(value: Buffer): { id: string; at: number; reason: string } | undefined {
  const [magic, id = '', at = '', why = '', ...more] = value.toString('latin1').split(' ')
  if (magic !== 'sojourn1-ended' || more.length > 0 || !why.endsWith('\n')) return undefined
  if (!/^[\w-]{1,128}$/.test(id) || !/^\d{1,15}$/.test(at)) return undefined
  try {
    return { id, at: Number(at), reason: unescaped(why.slice(0, -1)) }
  } catch {
    return undefined
  }
}

function identityIn(field: string, since: (offset: string) => number): Identity {
  const [who = '', facts, ...more] = field.split('@')
  const principal = who === '-' ? null : unescaped(who)
  if (facts === undefined) return { principal, signedIn: null }
  const [when = '', ...client] = facts.split(';')
  const [at = '', ...methods] = when.split(',')
  if (more.length > 0 || principal === null || !/^-?\d{1,15}$/.test(at)) refuse()
  if (methods.includes('') || ![0, 2].includes(client.length)) refuse()
  const [address = null, userAgent = null] = client.map((text) => unescaped(text) || null)
  const amr = methods.map(unescaped)
  return { principal, signedIn: { at: since(at), amr, address, userAgent } }
}

type Rest = [string, string, string, string, string, string, string, string, string, string]
type Fields = [magic: string, id: string, writes: string, family: string, ...Rest]

function isSafe({ writes, ...record }: SessionRecord): boolean {
  const numbers = Object.values(record).filter((value) => typeof value === 'number')
  return writes.length <= 8 && !writes.includes('') && numbers.every(Number.isSafeInteger)
}

function payloadsIn(payloads: Buffer, kinds: string): (Payload | undefined)[] {
  const [, dataKind, flashKind, length] =
    /^(text|bytes)(?:,(text|bytes):(\d+))?$/.exec(kinds) ?? refuse()
  if (flashKind === undefined) return [payloadIn(payloads, dataKind), undefined]
  const split = payloads.length - Number(length)
  if (split < 0) refuse()
  const flash = payloadIn(payloads.subarray(split), flashKind)
  return [payloadIn(payloads.subarray(0, split), dataKind), flash]
}

function payloadIn(bytes: Buffer, kind: string | undefined): Payload {
  return kind === 'text' ? utf8(bytes) : bytes
}

/** Text that is not UTF-8 says nothing. */
export function utf8(bytes: Uint8Array): string {
  return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes)
}

function unescaped(field: string): string {
  const bytes = field.split(/(%[\da-f]{2})/i).map((part) => {
    if (/^%[\da-f]{2}$/i.test(part)) return [Number.parseInt(part.slice(1), 16)]
    return /^[\w.!~*'()-]*$/.test(part) ? Buffer.from(part) : refuse()
  })
  return utf8(Uint8Array.from(bytes.flatMap((part) => [...part])))
}

function refuse(): never {
  throw new SyntaxError('not as described')
}

/** The value a payload text of the built-in serializer stands for. It is lenient: see above. */
export function valueIn(text: string): unknown {
  const parsed: unknown = JSON.parse(text)
  if (!text.startsWith('{"$tagged":')) return parsed
  return untagged((parsed as Node)['$tagged'], [])
}

type Node = Record<string, unknown>
type Pair = [unknown, unknown]

const NUMBERS = ['NaN', 'Infinity', '-Infinity', '-0']

function untagged(node: unknown, shared: unknown[], name = false): unknown {
  const known = <T>(value: T): T => {
    if (name) shared.push(value)
    return value
  }
  const fill = (container: Node | unknown[], from: object) => {
    for (const [key, inner] of Object.entries(from)) {
      const value = untagged(inner, shared)
      Object.defineProperty(container, key, { ...PLAIN, value })
    }
    return container
  }
  if (typeof node !== 'object' || node === null) return node
  if (Array.isArray(node)) return fill(known([]), node)
  const [[tag, payload] = ['', undefined], ...more] = Object.entries(node)
  if (more.length > 0 || !tag.startsWith('$')) return fill(known({}), node)
  switch (tag) {
    case '$plain':
      return fill(known({}), payload as object)
    case '$shared':
      return untagged((payload as Pair)[1], shared, true)
    case '$ref':
      return shared[payload as number]
    case '$literal':
      return NUMBERS.includes(payload as string) ? Number(payload) : undefined
    case '$bigint':
      return BigInt(payload as string)
    case '$Date':
      return known(new Date(payload === null ? Number.NaN : (payload as string)))
    case '$URL':
      return known(new URL(payload as string))
    case '$Uint8Array':
      return known(Uint8Array.from(atob(payload as string), (byte) => byte.charCodeAt(0)))
    case '$Map': {
      const map = known(new Map())
      for (const [key, value] of payload as Pair[]) {
        map.set(untagged(key, shared), untagged(value, shared))
      }
      return map.size === (payload as Pair[]).length ? map : refuse()
    }
    case '$Set': {
      const set = known(new Set())
      for (const item of payload as unknown[]) set.add(untagged(item, shared))
      return set.size === (payload as unknown[]).length ? set : refuse()
    }
    default:
      return refuse()
  }
}

const PLAIN = { writable: true, enumerable: true, configurable: true }
