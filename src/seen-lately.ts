/** 16 KiB of memory. */
const SLOTS = 4096

/**
 * Whether a key was met lately. What is kept of a key that comes once serves nobody, and the garbage
 * collector copies it all the same: so a key is kept at its second coming (a doorkeeper, as in
 * TinyLFU, Einziger et al. 2017). Each slot has the hash of the last key that fell on it. An answer
 * may be wrong, either way, which costs time and nothing else.
 */
export class SeenLately {
  readonly #slots = new Int32Array(SLOTS)

  /** Notes the key. */
  has(key: string): boolean {
    const hash = hashOf(key)
    const slot = hash & (SLOTS - 1)
    if (this.#slots[slot] === hash) return true
    this.#slots[slot] = hash
    return false
  }
}

/** Characters at the end of a key, where ids and signatures have what is random about them. */
const TAIL = 16

/** FNV-1a. */
function hashOf(key: string): number {
  let hash = 0x811c9dc5 | 0
  for (let at = Math.max(0, key.length - TAIL); at < key.length; at++) {
    hash = Math.imul(hash ^ key.charCodeAt(at), 0x01000193)
  }
  return hash
}
