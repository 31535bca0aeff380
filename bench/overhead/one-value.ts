type Command = readonly (string | Buffer)[]

/** A Redis that holds one value, in this process, and answers at once; a client of it. */
export class OneValue {
  value: Buffer | null = null
  /** Answered in turn with `value`. */
  other: Buffer | undefined
  #asked = 0

  async sendCommand(command: Command): Promise<unknown> {
    switch (command[0]) {
      case 'time':
        return [Math.floor(Date.now() / 1000), 0].map((part) => Buffer.from(String(part)))
      case 'get':
        return this.other !== undefined && this.#asked++ % 2 === 1 ? this.other : this.value
      case 'set':
        this.#set(command[2])
        return 'OK'
      case 'evalsha':
        // Among what create.lua and replace.lua are given.
        this.#set(command.findLast((part) => part.includes('sojourn1 ')))
        return [1]
      default:
        throw new Error(`no such command here: ${String(command[0])}`)
    }
  }

  #set(value: string | Buffer | undefined): void {
    this.value = Buffer.from(value as Buffer)
  }
}
