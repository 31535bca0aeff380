const WIDTH = 30
/** What is over sooner needs no bar. */
const AFTER_MS = 400
const EVERY_MS = 100

export interface Progress {
  readonly looked: (keys: number, ofAll: number) => void
  /** Takes the bar away. */
  done(): void
}

/** A bar on stderr, and only where somebody sits before it. */
export function progressBar(
  stream: Pick<NodeJS.WriteStream, 'isTTY' | 'write'> = process.stderr,
  time: () => number = () => performance.now(),
): Progress {
  const began = time()
  let drawnAt = Number.NEGATIVE_INFINITY
  const isDrawn = () => drawnAt > 0
  return {
    looked(keys, ofAll) {
      const now = time()
      if (!stream.isTTY || now - began < AFTER_MS || now - drawnAt < EVERY_MS) return
      drawnAt = now
      const part = ofAll === 0 ? 1 : keys / ofAll
      const filled = Math.round(part * WIDTH)
      const bar = '#'.repeat(filled) + '.'.repeat(WIDTH - filled)
      stream.write(`\r[${bar}] ${Math.floor(part * 100)} % of ${ofAll} keys`)
    },
    done() {
      if (isDrawn()) stream.write('\r\u{1b}[K')
    },
  }
}
