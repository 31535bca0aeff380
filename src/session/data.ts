import { DataError } from '../errors.ts'
import { type Data, setOwn } from './changes.ts'
import { NOT_MEMBERS } from './lock-members.ts'
import type { SessionObject } from './session.ts'

/** The data as a plain object. Nested values are the live ones, not copies. */
export function dataOf(session: SessionObject): Data {
  const data: Data = { ...session }
  dropDeleted(data)
  return data
}

/** A top-level `undefined` is a deletion. */
export function dropDeleted(data: Data): void {
  for (const key of Object.keys(data)) {
    if (data[key] === undefined) Reflect.deleteProperty(data, key)
  }
}

/** Puts stored data on a session object. A key that is a member's name cannot be taken over. */
export function hydrate(session: SessionObject, data: Data): void {
  for (const key of Object.keys(data)) setOwn(session, key, data[key])
}

export function dropData(session: SessionObject): void {
  for (const key of Object.keys(session)) Reflect.deleteProperty(session, key)
}

/** @throws {DataError} when a key is the name of a member. Object.defineProperty gets past setters. */
export function refuseReserved(session: SessionObject, keys: Iterable<string>): void {
  const prototype: object = Object.getPrototypeOf(session)
  for (const key of keys) {
    if (NOT_MEMBERS.includes(key) || !isMember(prototype, key)) continue
    throw new DataError('reserved_key', key, `${key} is a session member, not a key for data`)
  }
}

function isMember(prototype: object | null, key: string): boolean {
  if (prototype === null || !(key in prototype)) return false
  const descriptor = Object.getOwnPropertyDescriptor(prototype, key)
  return descriptor?.set !== undefined || isMember(Object.getPrototypeOf(prototype), key)
}
