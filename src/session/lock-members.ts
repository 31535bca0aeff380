import { DataError } from '../errors.ts'
import { defineProto } from './changes.ts'

/** Member names of features to come: kept free, so that no data grow under them. */
const KEPT_FREE = ['signedInAt', 'signIn', 'signOut', 'ended']

/**
 * Makes every member of a session class an accessor whose setter throws, and freezes its
 * functions. A plain method would be shadowed by an assignment, and a getter alone would swallow
 * it without a word in sloppy-mode code: data would be lost either way.
 */
export function lockMembers(prototype: object): void {
  const members = Object.getOwnPropertyDescriptors(prototype) as Record<string, PropertyDescriptor>
  delete members['constructor']
  for (const name of KEPT_FREE) members[name] ??= { get: () => undefined }
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
  ownProto(prototype)
}

/** `session.__proto__ = x` stores data like any other key, instead of changing the prototype. */
function ownProto(prototype: object): void {
  Object.defineProperty(prototype, '__proto__', {
    get: () => undefined,
    set(this: object, value: unknown) {
      defineProto(this, value)
    },
    enumerable: false,
    configurable: false,
  })
}
