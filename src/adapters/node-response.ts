import { ServerResponse } from 'node:http'
import type { Http2ServerResponse } from 'node:http2'
import type { AnyResponse, SendingMethod } from './any-response.ts'
import { checkHead } from './any-response.ts'
import { clearResponse, endPlainly, respondPlainly } from './error-response.ts'
import type { Answers, FirstByte } from './first-byte.ts'
import { askAll, isPromise } from './first-byte.ts'
import { type Gate, type Gated, type Methods, gateOf } from './gate.ts'
import { GivenHead } from './given-head.ts'
import { HeldResponse, tellCallback } from './held-response.ts'
import type { HeadersToAdd } from './response-headers.ts'
import { addHeaders, adds, headersOf, withoutHeaders } from './response-headers.ts'
import { sharedBeneath } from './shared-gate.ts'

export type NodeResponse = ServerResponse | Http2ServerResponse

export type { FirstByte, HeadersToAdd }

/**
 * Lets no byte of `response` leave before `firstByte.commit()` has answered. Several on one
 * response are all asked before its first byte; one that comes after it is never asked. Commits
 * are asked by what sends, so a response that nobody sends, or that is only destroyed, asks none.
 *
 * Surprise: with a promise, `write` and `end` return before anything was written, and code that
 * looks at `headersSent`, `writableEnded` or `finished` sees what it would see without the gate.
 * What goes around the response (its socket, an HTTP/2 stream's own `respond`) is not held.
 */
export function holdFirstByte(response: NodeResponse, firstByte: FirstByte): void {
  const gated = response as unknown as Gated
  const gate = gated[gateOf] as Gate | undefined
  if (gate === undefined) {
    const beneath = sharedBeneath(gated, methodsOver)
    const { writeHead, write, end, flushHeaders } = beneath ?? gated
    gated[gateOf] = {
      phase: 'untouched',
      own: beneath === undefined,
      firstBytes: [firstByte],
      additions: [],
      held: undefined,
      error: undefined,
      writeHead,
      write,
      end,
      flushHeaders,
    }
    if (beneath === undefined) standBefore(gated)
  } else if (gate.phase === 'untouched') {
    gate.firstBytes.push(firstByte)
  }
}

function standBefore(response: Gated): void {
  response.writeHead = own.writeHead
  response.write = own.write
  response.end = own.end
  // A stand-in may lack these two, and packages look.
  if (response.flushHeaders) response.flushHeaders = own.flushHeaders
  if (response.writeHeader) response.writeHeader = own.writeHead
}

function methodsOver(beneath?: Methods): Methods & { writeHeader: unknown } {
  const writeHead = sending('writeHead', beneath)
  return {
    writeHead,
    writeHeader: writeHead,
    write: sending('write', beneath),
    end: sending('end', beneath),
    flushHeaders: sending('flushHeaders', beneath),
  }
}

function sending(method: SendingMethod, beneath: Methods | undefined) {
  return function send(this: Gated, ...args: unknown[]): unknown {
    const gate = this[gateOf] as Gate | undefined
    if (gate === undefined || (gate.own && beneath !== undefined)) {
      return beneath?.[method].apply(this, args)
    }
    return gate.phase === 'passing'
      ? gate[method].apply(this, args)
      : call(this, gate, method, args)
  }
}

const own = methodsOver()

function call(response: Gated, gate: Gate, method: SendingMethod, args: unknown[]): unknown {
  switch (gate.phase) {
    case 'untouched':
      ask(response, gate, method, args)
      return call(response, gate, method, args)
    case 'held':
      return gate.held?.take(method, args)
    case 'answered':
      return begin(response, gate, method, args)
    case 'passing':
      return gate[method].apply(response, args)
    case 'failing': {
      const answer = sendHead(response, gate, method, args)
      if (method === 'end') gate.phase = 'failed'
      return answer
    }
    default:
      tellCallback(args, gate.error)
      return method === 'write' ? false : response
  }
}

function ask(response: Gated, gate: Gate, method: SendingMethod, args: unknown[]): void {
  // Before asking: what a commit itself does with the response is not held for that commit.
  gate.phase = 'answered'
  const status = Number(method === 'writeHead' ? args[0] : response.statusCode) || 200
  const answers = askAll(gate.firstBytes, status, method === 'end')
  if (isPromise(answers)) {
    gate.phase = 'held'
    gate.held = new HeldResponse(response)
    void settle(response, gate, gate.held, answers)
  } else {
    gate.additions = answers.additions
  }
}

/** Sends the head with what the commits asked for. One that throws may be tried again. */
function begin(response: Gated, gate: Gate, method: SendingMethod, args: unknown[]): unknown {
  gate.phase = 'passing'
  try {
    return sendHead(response, gate, method, args)
  } catch (error) {
    if (!response.headersSent) gate.phase = 'answered'
    throw error
  }
}

function sendHead(response: Gated, gate: Gate, method: SendingMethod, args: unknown[]): unknown {
  const { additions } = gate
  if (response.headersSent || !adds(additions)) return gate[method].apply(response, args)
  const headers = method === 'writeHead' ? headersOf(args) : undefined
  if (headers === undefined) {
    addHeaders(response, additions)
    return gate[method].apply(response, args)
  }
  checkHead(response, method, args)
  const given = new GivenHead(headers)
  const status = withoutHeaders(args)
  if (isWhole(response)) {
    addHeaders(given, additions)
    return gate.writeHead.apply(response, [...status, given.asObject()])
  }
  given.forEach((name, value) => response.setHeader(name, value))
  addHeaders(response, additions)
  return gate.writeHead.apply(response, status)
}

/** Nothing is set on it, so Node sends a head as it is given, and sets none of it on the response. */
function isWhole(response: Gated): boolean {
  return response instanceof ServerResponse && response.getHeaderNames().length === 0
}

async function settle(
  response: Gated,
  gate: Gate,
  held: HeldResponse,
  answers: Promise<Answers>,
): Promise<void> {
  const { additions, failure } = await answers
  held.uncover()
  gate.additions = additions
  if (failure) return fail(response, gate, failure.of, failure.error)
  gate.phase = 'answered'
  try {
    held.replay((method, args) => call(response, gate, method, args))
  } catch (error) {
    fail(response, gate, gate.firstBytes[0] as FirstByte, error)
  }
}

/** Makes the response as good as new for an error response; one really begun is destroyed. */
function fail(response: Gated, gate: Gate, firstByte: FirstByte, error: unknown): void {
  const complete = gate.held?.ended === true
  gate.error = error
  gate.phase = 'failing'
  gate.held?.drop(error)
  try {
    if (response.headersSent) throw error
    // Takes off what was laid above the gate: compression swallows every `end` but its first.
    standBefore(response)
    gate.own = true
    clearResponse(response)
    // The cookies of those commits that did not fail.
    addHeaders(response, gate.additions)
    firstByte.failed(error, complete)
    if (!complete) closeFailure(response, gate)
  } catch (thrown) {
    gate.phase = 'failed'
    response.destroy?.(thrown)
  }
}

/** What the application writes from here on must not reach the error response. */
function closeFailure(response: Gated, gate: Gate): void {
  if (gate.phase === 'failing') endPlainly(response, gate.error)
}

/**
 * The error response for adapters that have no better one: the status of `error` where it is 400
 * to 599, else 500, and its standard phrase. One that has begun and not ended is destroyed.
 */
export function plainErrorResponse(response: NodeResponse, error: unknown): void {
  respondPlainly(response as unknown as AnyResponse, error)
}
