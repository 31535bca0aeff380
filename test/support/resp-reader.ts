/** Cuts what comes over a connection to Redis into whole commands or whole replies (RESP2, RESP3). */
export class RespReader {
  #bytes = Buffer.alloc(0)

  /** What is whole now. What is not yet stays for the next chunk. */
  read(chunk: Buffer): Buffer[] {
    this.#bytes = Buffer.concat([this.#bytes, chunk])
    const frames: Buffer[] = []
    for (let end = frameEnd(this.#bytes, 0); end !== undefined; end = frameEnd(this.#bytes, 0)) {
      frames.push(this.#bytes.subarray(0, end))
      this.#bytes = this.#bytes.subarray(end)
    }
    return frames
  }
}

const BULK = '$=!'
const ITEMS: Readonly<Record<string, number>> = { '*': 1, '~': 1, '>': 1, '%': 2, '|': 2 }
const LINE = '+-:_#,('

/** Where the frame that begins at `from` ends; `undefined` when it is not whole. */
function frameEnd(bytes: Buffer, from: number): number | undefined {
  const stop = bytes.indexOf('\r\n', from)
  if (stop < 0) return undefined
  const kind = String.fromCharCode(bytes[from] as number)
  let end: number | undefined = stop + 2
  if (LINE.includes(kind)) return end
  const size = Number(bytes.toString('latin1', from + 1, stop))
  if (BULK.includes(kind)) {
    if (size >= 0) end += size + 2
    return end <= bytes.length ? end : undefined
  }
  const each = ITEMS[kind]
  if (each === undefined || Number.isNaN(size)) throw new Error(`no RESP: ${kind}`)
  // Attributes belong to the value behind them.
  const items = size * each + (kind === '|' ? 1 : 0)
  for (let at = 0; at < items && end !== undefined; at++) end = frameEnd(bytes, end)
  return end
}

/** Pushes come by themselves; they answer no command. */
export function isPush(frame: Buffer): boolean {
  return frame[0] === '>'.charCodeAt(0)
}

/** The name of a command, in lower case. */
export function commandName(frame: Buffer): string {
  return (
    /^\*\d+\r\n\$\d+\r\n([^\r]*)/.exec(frame.toString('latin1', 0, 64))?.[1]?.toLowerCase() ?? ''
  )
}
