import { DataError } from '../errors.ts'
import { defineOwn } from './changes.ts'

/**
 * Makes every member of a session class an accessor whose setter throws, and freezes its
 * functions. A plain method would be shadowed by an assignment, and a getter alone would swallow
 * it without a word in sloppy-mode code: data would be lost either way.
 */
export function lockMembers(prototype: object): void {
  const members = Object.getOwnPropertyDescriptors(prototype) as Record<string, PropertyDescriptor>
  delete members['constructor']
  for (const [name, descriptor] of Object.entries(members)) {
    const member: unknown = Object.freeze(descriptor.value)
    const accessor = 'value' in descriptor ? { get: () => member } : descriptor
    Object.defineProperty(prototype, name, {
      ...accessor,
      set: () => {
        throw new DataError(
          'reserved_key',
          name,
          `session.${name} is a member of the session; store your data under another key`,
        )
      },
      enumerable: false,
      configurable: false,
    })
  }
  hideShared(prototype)
}

/** What leads from any other object to the things it shares with all of its kind. */
export const NOT_MEMBERS: readonly string[] = ['__proto__', 'constructor']

/**
 * `session.__proto__ = x` stores data like any other key, instead of changing the prototype. And a
 * deep merge of `{"constructor":{"prototype":{"admin":true}}}`, which a client can send, finds
 * nothing to merge into: it would give all sessions of all users that property.
 */
function hideShared(prototype: object): void {
  for (const name of NOT_MEMBERS) {
    Object.defineProperty(prototype, name, {
      get: () => undefined,
      set(this: object, value: unknown) {
        defineOwn(this, name, value)
      },
      enumerable: false,
      configurable: false,
    })
  }
}
