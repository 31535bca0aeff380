import { ID } from '../cookie/credential.ts'
import { randomId } from '../cookie/random.ts'
import { SessionError } from '../errors.ts'
import { show } from '../options/check.ts'
import type { Policy } from '../options/resolve.ts'

/**
 * @throws {SessionError} `id_generator` when the application's generator throws or gives anything
 *   but 1 to 128 characters of `A-Z a-z 0-9 _ -`.
 */
export function newId({ idGenerator }: Policy): string {
  if (idGenerator === undefined) return randomId()
  let id: unknown
  try {
    id = idGenerator()
  } catch (cause) {
    throw new SessionError('id_generator', 'idGenerator threw', { status: 500, cause })
  }
  if (typeof id === 'string' && ID.test(id)) return id
  const rule = 'must give 1 to 128 characters of A-Z a-z 0-9 _ - (synchronously)'
  throw new SessionError('id_generator', `idGenerator ${rule}, not ${show(id)}`, { status: 500 })
}
