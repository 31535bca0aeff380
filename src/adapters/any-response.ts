import type { IncomingMessage } from 'node:http'
import { ServerResponse, validateHeaderName } from 'node:http'
import { isUint8Array } from 'node:util/types'
import { GivenHead } from './given-head.ts'
import { headersOf } from './response-headers.ts'

/** The calls that send a response. Informational responses (1xx) are not among them. */
export type SendingMethod = 'writeHead' | 'write' | 'end' | 'flushHeaders'

/** HTTP/1, HTTP/2, or a stand-in such as engine.io's, which has only the first six. */
export interface AnyResponse extends Record<SendingMethod, (...args: unknown[]) => unknown> {
  /** The old name of `writeHead`, HTTP/1 only. */
  writeHeader?: unknown
  getHeader(name: string): unknown
  setHeader(name: string, value: unknown): unknown
  removeHeader(name: string): unknown
  getHeaderNames?(): string[]
  emit?(event: string): unknown
  destroy?(error?: unknown): unknown
  statusCode?: number
  statusMessage?: string
  sendDate?: boolean
  headersSent?: boolean
  writableEnded?: boolean
  destroyed?: boolean
  writableHighWaterMark?: number
  /** HTTP/2 only. */
  stream?: { destroyed: boolean }
}

/** A token (RFC 9110 5.6.2), but for the two names that Node looks at together with others. */
const FIELD_NAME = /^(?!(?:trailer|transfer-encoding)$)[!#$%&'*+\-.^_`|~0-9a-z]+$/i
/** RFC 9110 5.5, without the bytes above ASCII that Node lets pass. */
const FIELD_VALUE = /^[\t -~]*$/

const noRequest = { method: 'GET', httpVersionMajor: 1, httpVersionMinor: 1 } as IncomingMessage

/**
 * Lets Node judge a head: HTTP/1 on a response that goes nowhere, HTTP/2 by the setter of
 * `statusCode` (its header values Node drops later, without an error). A stand-in takes anything.
 */
export function checkHead(response: AnyResponse, method: SendingMethod, args: unknown[]): void {
  if (response instanceof ServerResponse) {
    if (method === 'writeHead' ? isSimpleHead(args) : isSimpleStatus(response)) return
    const trial = new ServerResponse(noRequest)
    trial.statusMessage = response.statusMessage
    if (response.getHeaderNames().length > 0) trial.setHeader('x', '')
    if (method === 'writeHead') trial.writeHead(...(args as [number]))
    else trial.writeHead(response.statusCode)
  } else if (response.stream && method === 'writeHead') {
    new GivenHead(headersOf(args) ?? {}).forEach((name, value) => {
      validateHeaderName(name)
      if (value === undefined || value === null) throw invalidHeaderValue(name, value)
    })
    if (args[0] !== undefined) response.statusCode = args[0] as number
  }
}

/** What nearly every response has. Node has nothing against it. */
function isSimpleStatus({ statusCode, statusMessage }: AnyResponse): boolean {
  if (!isStatus(statusCode)) return false
  return statusMessage === undefined || FIELD_VALUE.test(statusMessage)
}

function isStatus(code: unknown): boolean {
  return Number.isInteger(code) && (code as number) >= 100 && (code as number) <= 999
}

/** What a framework sends: a status, and headers of plain text. Node has nothing against it. */
function isSimpleHead([status, headers]: unknown[]): boolean {
  if (!isStatus(status)) return false
  if (typeof headers !== 'object' || headers === null || Array.isArray(headers)) return false
  const fields = headers as Readonly<Record<string, unknown>>
  return Object.keys(fields).every((name) => FIELD_NAME.test(name) && isFieldValue(fields[name]))
}

function isFieldValue(value: unknown): boolean {
  return typeof value === 'number' || (typeof value === 'string' && FIELD_VALUE.test(value))
}

/** @throws what `write` or `end` throws for this chunk */
export function checkChunk(response: AnyResponse, method: SendingMethod, chunk: unknown): void {
  if (method === 'end' && (!chunk || typeof chunk === 'function')) return
  if (typeof chunk === 'string' || isUint8Array(chunk)) return
  if (response.stream ? ArrayBuffer.isView(chunk) : !(response instanceof ServerResponse)) return
  new ServerResponse(noRequest).write(chunk)
}

/** What Node throws when a head is changed or sent after it was sent. */
export function headersSent(response: AnyResponse, verb: string): Error {
  return response.stream
    ? codedError('ERR_HTTP2_HEADERS_SENT', 'Response has already been initiated.')
    : codedError(
        'ERR_HTTP_HEADERS_SENT',
        `Cannot ${verb} headers after they are sent to the client`,
      )
}

/** What HTTP/2 says, of `null` too. */
function invalidHeaderValue(name: string, value: null | undefined): TypeError {
  const error = new TypeError(`Invalid value "${value}" for header "${name}"`)
  return Object.assign(error, { code: 'ERR_HTTP2_INVALID_HEADER_VALUE' })
}

function codedError(code: string, message: string): Error {
  return Object.assign(new Error(message), { code })
}
