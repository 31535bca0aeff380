import { STATUS_CODES } from 'node:http'
import { StoreError } from '../errors.ts'
import type { AnyResponse } from './any-response.ts'

/** Takes back what was set on a response that has not begun: its headers and its status. */
export function clearResponse(response: AnyResponse): void {
  const { sendDate } = response
  for (const name of response.getHeaderNames?.() ?? []) response.removeHeader(name)
  // Removing Date switches it off for good.
  if (sendDate !== undefined) response.sendDate = sendDate
  if (response.statusCode !== undefined) response.statusCode = 500
  // HTTP/2 has no status message, and warns when given one.
  if (!response.stream) response.statusMessage = ''
}

/**
 * Answers with the error's own `status` where that is 400 to 599, else 500, and says no more than
 * its standard phrase. A response that has begun is destroyed, unless the application has ended it:
 * that one is whole, on its way or held for its commit.
 */
export function respondPlainly(response: AnyResponse, error: unknown): void {
  if (response.headersSent) {
    if (!response.writableEnded) response.destroy?.()
    return
  }
  const status = errorStatus(error)
  const body = STATUS_CODES[status] ?? 'Error'
  response.statusCode = status
  response.setHeader('Content-Type', 'text/plain; charset=utf-8')
  response.setHeader('Cache-Control', 'no-store')
  if (error instanceof StoreError) setAll(response, error.headers)
  response.setHeader('Content-Length', body.length)
  response.end(body)
}

function setAll(response: AnyResponse, headers: StoreError['headers']): void {
  for (const [name, value] of Object.entries(headers)) response.setHeader(name, value)
}

/** Ends a response that somebody began; answers for them if they did not. */
export function endPlainly(response: AnyResponse, error: unknown): void {
  if (response.headersSent) response.end()
  else respondPlainly(response, error)
}

function errorStatus(error: unknown): number {
  const status = (error as { status?: unknown } | null | undefined)?.status
  if (typeof status !== 'number' || !Number.isInteger(status)) return 500
  return status >= 400 && status <= 599 ? status : 500
}
