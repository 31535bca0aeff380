import { createCipheriv, createDecipheriv } from 'node:crypto'

export const NONCE_BYTES = 24
const TAG_BYTES = 16

/** AES-256-GCM takes 12 bytes of nonce; the 12 before them choose its key. */
const HALF = 12

/** XAES-256-GCM with one key. */
export interface Xaes {
  /**
   * Gives the ciphertext and, behind it, the tag.
   *
   * @param nonce 24 random bytes: with one key, 2^80 payloads have two of the same nonce with a
   *   probability of 2^-32. No nonce may be given twice.
   */
  seal(plain: string | Uint8Array, nonce: Buffer, bound: Buffer): Buffer
  /** Throws on anything that seal() has not given for this key, nonce and bound data. */
  open(sealed: Buffer, nonce: Buffer, bound: Buffer): Buffer
}

/**
 * The extended-nonce form of AES-256-GCM (https://c2sp.org/XAES-256-GCM, test vectors there): the
 * first half of the nonce derives a key (SP 800-108r1 with CMAC), the second is the nonce of
 * AES-256-GCM (SP 800-38D) under it. With one key and random nonces of 96 bits alone, 2^32 payloads
 * would be the most (SP 800-38D 8.3), and a busy site writes as many within months.
 *
 * @param key 32 bytes.
 */
export function createXaes(key: Uint8Array): Xaes {
  const blocks = counterBlocks(key)

  function derivedKey(nonce: Buffer): Buffer {
    const own = Buffer.from(blocks)
    for (let at = 0; at < HALF; at++) {
      const byte = nonce[at] as number
      own[4 + at] = (own[4 + at] as number) ^ byte
      own[20 + at] = (own[20 + at] as number) ^ byte
    }
    return encryptBlocks(key, own)
  }

  return {
    seal(plain, nonce, bound) {
      const cipher = createCipheriv('aes-256-gcm', derivedKey(nonce), nonce.subarray(HALF))
      cipher.setAAD(bound)
      const begun = typeof plain === 'string' ? cipher.update(plain, 'utf8') : cipher.update(plain)
      return Buffer.concat([begun, cipher.final(), cipher.getAuthTag()])
    },
    open(sealed, nonce, bound) {
      const end = sealed.length - TAG_BYTES
      const decipher = createDecipheriv(
        'aes-256-gcm',
        derivedKey(nonce),
        nonce.subarray(HALF),
        // Without it, a tag cut to 4 bytes would do (DEP0182).
        { authTagLength: TAG_BYTES },
      )
      decipher.setAAD(bound).setAuthTag(sealed.subarray(end))
      return Buffer.concat([decipher.update(sealed.subarray(0, end)), decipher.final()])
    },
  }
}

/**
 * The two blocks whose encryption is the derived key, for a nonce of zeros: counter, label `X`, and
 * the subkey K1 of CMAC (SP 800-38B 6.1), which masks a last block that is whole.
 */
function counterBlocks(key: Uint8Array): Buffer {
  const mask = encryptBlocks(key, Buffer.alloc(16))
  const overflows = (mask[0] as number) >= 0x80
  for (let at = 0; at < 16; at++) {
    mask[at] = ((mask[at] as number) << 1) | ((mask[at + 1] ?? 0) >> 7)
  }
  if (overflows) mask[15] = (mask[15] as number) ^ 0x87
  const blocks = Buffer.concat([mask, mask])
  for (const counter of [1, 2]) {
    const start = 16 * (counter - 1)
    blocks[start + 1] = (blocks[start + 1] as number) ^ counter
    blocks[start + 2] = (blocks[start + 2] as number) ^ 0x58
  }
  return blocks
}

/** The block cipher itself: nothing but single blocks that never repeat for a key. */
function encryptBlocks(key: Uint8Array, blocks: Buffer): Buffer {
  return createCipheriv('aes-256-ecb', key, null).setAutoPadding(false).update(blocks)
}
