import { once } from 'node:events'
import { connect, createServer, type AddressInfo, type Socket } from 'node:net'
import { setImmediate as nextTurn } from 'node:timers/promises'
import { RespReader, commandName, isPush } from './resp-reader.ts'

/**
 * What becomes of a command:
 *
 * - `kill before`: its connection is cut before the server gets it.
 * - `lose reply`: it is carried out, and its connection is cut before a byte of the reply passes.
 * - `half a reply`: as before, in the middle of the reply.
 * - `reset`: as `lose reply`, and the connection ends with an RST.
 * - `black hole`: neither it nor anything else passes, over new connections too, until heal().
 * - `reply lost, black hole`: it is carried out, and from its reply on it is as with `black hole`.
 * - `delayMs`: its reply, and all after it on this connection, is held back so long.
 */
export type Fault =
  | 'kill before'
  | 'lose reply'
  | 'half a reply'
  | 'reset'
  | 'black hole'
  | 'reply lost, black hole'
  | { readonly delayMs: number }

export interface SeenCommand {
  /** In lower case. */
  readonly name: string
  /** How many came before it since faults were planned. */
  readonly at: number
}

/** Says what becomes of a command. */
export type Decide = (command: SeenCommand) => Fault | undefined

/** A way to a Redis on which things go wrong. What clients send to connect is never counted. */
export interface FaultProxy {
  readonly port: number
  /** How many connections were made. */
  readonly made: number
  /** The names of the commands that came since faults were planned. */
  readonly commands: readonly string[]
  /** How many faults there were since then. */
  readonly faults: number
  /** Says what becomes of each command from now on. */
  plan(decide: Decide): void
  /** Bytes pass one by one, both ways. */
  split: boolean
  /** Nothing more passes over this connection, counted from 0; it stays open. */
  freeze(connection: number): void
  /**
   * Before the next reply of the server, the last one is sent once more: what a client does to
   * itself that gives up on a command and leaves its reply in the pipe (CVE-2023-28858).
   */
  shift(): void
  /** Cuts all connections, and lets everything pass from now on. */
  heal(): void
  close(): void
}

const CONNECTING = new Set(['hello', 'auth', 'client', 'select', 'info', 'ping', 'quit'])

/** What all connections through a proxy share. */
interface Weather {
  decide: Decide
  readonly commands: string[]
  faults: number
  split: boolean
  hole: boolean
  shifts: boolean
}

/** A command on its way. */
interface Pending {
  readonly fault: Fault | undefined
}

/** One connection, and the one to the server it stands for. */
class Passage {
  readonly #near: Socket
  readonly #far: Socket
  readonly #weather: Weather
  readonly #replies = new RespReader()
  readonly #pending: Pending[] = []
  /** Nothing more gets to the server: the connection is cut once this many replies have come. */
  #cutAfter: number | undefined
  #last: Buffer | undefined
  /** What passes, in its order. */
  #up = Promise.resolve()
  #down = Promise.resolve()

  constructor(near: Socket, to: number, weather: Weather) {
    const far = connect(to, '127.0.0.1')
    this.#near = near
    this.#far = far
    this.#weather = weather
    for (const socket of [near, far]) {
      socket.setNoDelay()
      socket.on('error', () => {})
      socket.on('close', () => this.cut())
    }
    const requests = new RespReader()
    near.on('data', (chunk: Buffer) => {
      if (!weather.hole) for (const frame of requests.read(chunk)) this.#ask(frame)
    })
    far.on('data', (chunk: Buffer) => {
      for (const frame of this.#replies.read(chunk)) this.#answer(frame)
    })
  }

  freeze(): void {
    for (const socket of [this.#near, this.#far]) socket.pause()
  }

  cut(): void {
    this.#near.destroy()
    this.#far.destroy()
  }

  #ask(frame: Buffer): void {
    if (this.#cutAfter !== undefined || this.#weather.hole) return
    const fault = this.#faultOf(commandName(frame))
    if (fault === 'black hole') {
      this.#weather.hole = true
      return
    }
    if (fault === 'kill before') {
      this.#cutAfter = this.#pending.length
      if (this.#cutAfter === 0) this.cut()
      return
    }
    this.#pending.push({ fault })
    if (typeof fault === 'string') this.#cutAfter = this.#pending.length
    this.#up = this.#up.then(() => this.#pass(frame, this.#far))
  }

  #faultOf(name: string): Fault | undefined {
    const { commands, decide } = this.#weather
    if (CONNECTING.has(name)) return undefined
    const fault = decide({ name, at: commands.length })
    commands.push(name)
    if (fault !== undefined) this.#weather.faults++
    return fault
  }

  #answer(frame: Buffer): void {
    if (this.#weather.hole) return
    const fault = isPush(frame) ? undefined : this.#pending.shift()?.fault
    if (typeof fault === 'object') this.#down = this.#down.then(() => later(fault.delayMs))
    else if (fault === 'reply lost, black hole') this.#weather.hole = true
    else if (fault !== undefined) return this.#break(fault, frame)
    if (this.#weather.hole) return
    if (this.#weather.shifts && this.#last !== undefined) {
      this.#weather.shifts = false
      this.#send(this.#last)
    }
    this.#last = frame
    this.#send(frame)
    if (this.#cutAfter === undefined || isPush(frame)) return
    this.#cutAfter--
    if (this.#cutAfter === 0) this.#down = this.#down.then(() => void this.#near.end())
  }

  #break(fault: Fault, frame: Buffer): void {
    if (fault === 'half a reply') this.#send(frame.subarray(0, Math.ceil(frame.length / 2)))
    this.#down = this.#down.then(() => {
      if (fault === 'reset') this.#near.resetAndDestroy()
      else if (fault === 'half a reply') this.#near.end()
      else this.cut()
    })
  }

  #send(frame: Buffer): void {
    this.#down = this.#down.then(() => this.#pass(frame, this.#near))
  }

  async #pass(frame: Buffer, to: Socket): Promise<void> {
    if (!this.#weather.split) {
      to.write(frame)
      return
    }
    for (const byte of frame) {
      to.write(Buffer.of(byte))
      await nextTurn()
    }
  }
}

/** So long nothing passes, whatever has come meanwhile. */
function later(ms: number): Promise<void> {
  return new Promise((resolve) => void setTimeout(resolve, ms))
}

export async function startFaultProxy(to: number): Promise<FaultProxy> {
  const passages: Passage[] = []
  const weather: Weather = {
    decide: () => undefined,
    commands: [],
    faults: 0,
    split: false,
    hole: false,
    shifts: false,
  }
  const proxy = createServer((near) => void passages.push(new Passage(near, to, weather)))
  proxy.listen(0, '127.0.0.1')
  await once(proxy, 'listening')
  const cutAll = () => passages.forEach((passage) => passage.cut())
  return {
    port: (proxy.address() as AddressInfo).port,
    get made() {
      return passages.length
    },
    get commands() {
      return weather.commands
    },
    get faults() {
      return weather.faults
    },
    plan(decide) {
      weather.decide = decide
      weather.commands.length = 0
      weather.faults = 0
    },
    get split() {
      return weather.split
    },
    set split(split) {
      weather.split = split
    },
    freeze: (connection) => passages[connection]?.freeze(),
    shift: () => void (weather.shifts = true),
    heal() {
      weather.decide = () => undefined
      weather.hole = false
      cutAll()
    },
    close() {
      proxy.close()
      cutAll()
    },
  }
}

/** The nth command, counted from 1, gets this fault, and as many as told after it; no other. */
export function nth(n: number, fault: Fault, more = 0): Decide {
  return ({ at }) => (at >= n - 1 && at <= n - 1 + more ? fault : undefined)
}
