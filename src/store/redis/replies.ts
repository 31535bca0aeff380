import { StoreError, type StoreOperation } from '../../errors.ts'
import { parseRecord } from '../../record/record-format.ts'
import { parseTombstone } from '../../record/tombstone.ts'
import type { ReadAnswer } from '../store.ts'

/** What the reply to a GET says. */
export function readAnswer(value: unknown): ReadAnswer {
  if (value === null) return 'absent'
  const stored = bytes('read', value)
  const record = parseRecord(stored)
  if (record === 'undecodable') return parseTombstone(stored) ?? record
  if (record !== 'newer') return record
  throw new StoreError('read', 'the record was written by a newer version of the library')
}

export function bytes(operation: StoreOperation, value: unknown): Buffer {
  if (Buffer.isBuffer(value)) return value
  throw unexpected(operation, value)
}

export function text(operation: StoreOperation, value: unknown): string {
  return bytes(operation, value).toString('latin1')
}

/** A list of texts, as a script answers it. */
export function texts(operation: StoreOperation, value: unknown): string[] {
  if (!Array.isArray(value)) throw unexpected(operation, value)
  return value.map((item) => text(operation, item))
}

export function unexpected(operation: StoreOperation, value: unknown): StoreError {
  return new StoreError(operation, `the client answered with ${typeof value} where bytes belong`)
}
