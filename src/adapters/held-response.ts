import { getDefaultHighWaterMark } from 'node:stream'
import type { AnyResponse, SendingMethod } from './any-response.ts'
import { checkChunk, checkHead, headersSent } from './any-response.ts'
import { copyOfHead } from './given-head.ts'

type View = Readonly<Record<string, unknown>>

/**
 * What code that looks at a held response sees, laid over the response's own answers. HTTP/1 says
 * by `_header` alone that it has begun: `headersSent` and the refusals of `setHeader` and its like
 * follow from it, and packages older than those look at it too (express-session, finalhandler).
 */
const BEGUN_HTTP1: View = { _header: 'held' }
const BEGUN: View = {
  _header: 'held',
  headersSent: true,
  setHeader: refuse('set'),
  setHeaders: refuse('set'),
  appendHeader: refuse('append'),
  removeHeader: refuse('remove'),
}
/**
 * `writableEnded` and `writableNeedDrain` follow from `finished` there, and `writableFinished` from
 * how much is waiting to be sent.
 */
const ENDED_HTTP1: View = { finished: true, outputSize: 1 }
const ENDED: View = {
  finished: true,
  writableEnded: true,
  writableFinished: false,
  writableNeedDrain: false,
}
const FULL: View = { writableNeedDrain: true }

/**
 * A response that has begun for its handler and not for its client: the calls made on it in order,
 * and the view that hides the delay. Buffers are kept, not copied.
 */
export class HeldResponse {
  /** The application has called `end`. */
  ended = false
  readonly #response: AnyResponse
  readonly #isHttp1: boolean
  readonly #calls: { method: SendingMethod; args: unknown[] }[] = []
  #status: Status = {}
  #covered: { name: string; own: PropertyDescriptor | undefined }[] = []
  #assigned: { name: string; value: unknown }[] = []
  #size = 0
  #owesDrain = false

  constructor(response: AnyResponse) {
    this.#response = response
    this.#isHttp1 = Object.hasOwn(response, '_header')
  }

  /** The application has begun its response. A call that threw does not count. */
  get begun(): boolean {
    return this.#calls.length > 0
  }

  /**
   * Keeps one call and answers as Node would.
   *
   * `write` answers true until `writableHighWaterMark` bytes are held, at least a stream's default
   * (16 KiB, in Node 22 and later 64 KiB), as Node does for a response that waits its turn on a
   * pipelined connection. False for less would hang under compression, which moves 'drain'
   * listeners to a stream of its own: not full when it gets the bytes, that owes nobody a 'drain'.
   *
   * @throws what Node throws: for an invalid head or chunk, and for a second head.
   */
  take(method: SendingMethod, args: unknown[]): unknown {
    const response = this.#response
    if (method === 'write' || method === 'end') checkChunk(response, method, args[0])
    if (!this.begun) this.#begin(method, args)
    else if (method === 'writeHead') throw headersSent(response, 'write')
    const kept = method === 'writeHead' ? copyOfHead(args) : args
    this.#calls.push({ method, args: kept })
    if (method === 'write')
      return this.#hasRoomAfter(args[0] as string | ArrayBufferView | undefined)
    if (method === 'end') {
      this.ended = true
      this.#look(ENDED_HTTP1, ENDED)
    }
    return response
  }

  #begin(method: SendingMethod, args: unknown[]): void {
    const response = this.#response
    checkHead(response, method, args)
    if (method === 'writeHead') {
      if (args[0] !== undefined) response.statusCode = Number(args[0]) | 0
      if (typeof args[1] === 'string' && !response.stream) response.statusMessage = args[1]
    }
    this.#status = statusOf(response)
    this.#look(BEGUN_HTTP1, BEGUN)
  }

  #hasRoomAfter(chunk: string | ArrayBufferView | undefined): boolean {
    const response = this.#response
    if (this.ended || response.destroyed || response.stream?.destroyed) return false
    this.#size += typeof chunk === 'string' ? chunk.length : (chunk?.byteLength ?? 0)
    const room = Math.max(response.writableHighWaterMark ?? 0, getDefaultHighWaterMark(false))
    if (this.#size < room) return true
    this.#owesDrain = true
    this.#show(FULL)
    return false
  }

  #look(onHttp1: View, onOthers: View): void {
    if (this.#isHttp1) this.#assign(onHttp1)
    else this.#show(onOthers)
  }

  /** For what are values of the response's own: to define them would cost ten times as much. */
  #assign(view: View): void {
    const response = this.#response as unknown as Record<string, unknown>
    for (const name in view) {
      this.#assigned.push({ name, value: response[name] })
      response[name] = view[name]
    }
  }

  #show(view: View): void {
    const response = this.#response
    for (const name in view) {
      if (!(name in response)) continue
      this.#covered.push({ name, own: Object.getOwnPropertyDescriptor(response, name) })
      Object.defineProperty(response, name, {
        value: view[name],
        writable: true,
        configurable: true,
      })
    }
  }

  /** Takes the view away, last first: V8 keeps an object fast only when that is undone. */
  uncover(): void {
    const response = this.#response as unknown as Record<string, unknown>
    for (let last = this.#covered.pop(); last; last = this.#covered.pop()) {
      const { name, own } = last
      if (own) Object.defineProperty(response, name, own)
      else Reflect.deleteProperty(response, name)
    }
    for (let last = this.#assigned.pop(); last; last = this.#assigned.pop()) {
      response[last.name] = last.value
    }
  }

  /** Makes the calls again, with the status they were made under. What throws is not made twice. */
  replay(make: (method: SendingMethod, args: unknown[]) => unknown): void {
    if (!this.begun) return
    const assignedLater = statusOf(this.#response)
    const status = this.#status
    assignStatus(this.#response, status, assignedLater)
    let full = false
    for (let call = this.#calls.shift(); call; call = this.#calls.shift()) {
      const answer = make(call.method, call.args)
      if (call.method === 'write' && answer === false) full = true
    }
    assignStatus(this.#response, assignedLater, status)
    if (this.#owesDrain && !this.ended && !full) process.nextTick(emitDrain, this.#response)
  }

  /** Forgets the calls and tells their callbacks why. Nobody is told to go on: no 'drain'. */
  drop(error: unknown): void {
    for (const { args } of this.#calls.splice(0)) tellCallback(args, error)
  }
}

function emitDrain(response: AnyResponse): void {
  response.emit?.('drain')
}

/** Calls the callback of a write or end that was dropped, if it had one. */
export function tellCallback(args: unknown[], error: unknown): void {
  const callback = args.find((arg) => typeof arg === 'function')
  if (callback) process.nextTick(callback, error)
}

interface Status {
  code?: number
  message?: string
}

// HTTP/2 has no status message, and warns when asked for it.
function statusOf(response: AnyResponse): Status {
  const code = response.statusCode
  return response.stream ? { code } : { code, message: response.statusMessage }
}

function assignStatus(response: AnyResponse, status: Status, unless: Status): void {
  const { code, message } = status
  if (code !== undefined && code !== unless.code) response.statusCode = code
  if (message !== unless.message) response.statusMessage = message
}

function refuse(verb: string): (this: AnyResponse) => never {
  return function sent() {
    throw headersSent(this, verb)
  }
}
