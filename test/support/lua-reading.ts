import { parseRecord } from '../../src/record/record-format.ts'
import { type Port } from '../../src/store/redis/port.ts'
import { scripts } from '../../src/store/redis/scripts.generated.ts'

/**
 * Whether the scripts take the value under a key for a record: a replace from another revision is
 * a conflict then, and changes nothing.
 */
export async function luaReads(port: Port, key: string, value: Buffer): Promise<boolean> {
  const args = [scripts.replace.text, '1', key, 'new', 'another revision', 'any family', '', '1']
  const [code, conflicting] = (await port.send('eval', key, args)) as unknown[]
  if (code === 0) return false
  if (code === 3 && value.equals(conflicting as Buffer)) return true
  throw new Error(`replace answered ${String(code)}`)
}

/**
 * What the scripts have to say of a value: what parseRecord says, but that they do not look
 * whether principal and text payloads are UTF-8.
 */
export function luaShouldRead(value: Buffer): boolean {
  return typeof parseRecord(value) === 'object' || typeof parseRecord(inAscii(value)) === 'object'
}

/** The same value with no text in it that UTF-8 has anything to do with. */
function inAscii(value: Buffer): Buffer {
  const stop = value.indexOf('\n')
  const fields = value.toString('latin1', 0, stop).split(' ')
  const principal = (fields[12] ?? '').replaceAll(/%[\da-f]{2}/gi, 'x')
  const kinds = (fields[13] ?? '').replaceAll('text', 'bytes')
  const header = [...fields.slice(0, 12), principal, kinds, ...fields.slice(14)].join(' ')
  return Buffer.concat([Buffer.from(header, 'latin1'), value.subarray(stop)])
}
