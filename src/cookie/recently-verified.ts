import { SeenLately } from '../seen-lately.ts'
import { Recent } from '../recent.ts'
import type { VerifiedCredential } from './credential.ts'

interface Entry {
  readonly cookieName: string
  readonly credential: VerifiedCredential
}

/** Two generations of at most so many cookies each: about 2 MB at most. */
const GENERATION = 2048

/**
 * The cookies verified lately, so that a browser's next request costs no hashing. A cookie is
 * valid or not for as long as its secrets are, so an entry is never wrong; that its session lives
 * is asked of the store each time.
 *
 * Found by a hash table whose hashes are seeded at random: whether a guess shares its first
 * characters with a valid cookie does not show in the time it takes (docs/decisions/010).
 */
export class RecentlyVerified {
  readonly #recent = new Recent<Entry>(GENERATION, () => 1)
  readonly #seen = new SeenLately()

  find(cookieName: string, value: string): VerifiedCredential | undefined {
    const entry = this.#recent.get(value)
    return entry?.cookieName === cookieName ? entry.credential : undefined
  }

  note(cookieName: string, value: string, credential: VerifiedCredential): VerifiedCredential {
    if (this.#seen.has(value)) this.#recent.set(value, { cookieName, credential })
    return credential
  }
}
