import { STATUS_CODES } from 'node:http'
import { corridorOf } from '../corridor.ts'
import { CrossOriginError, OptionError, SessionError, StoreError } from '../errors.ts'
import type { GuardedRequest } from '../guard/cross-origin.ts'
import { requireFunction, requireGroup, requireInteger, requireSeconds } from '../options/check.ts'
import type { Sessions } from '../sessions.ts'
import { type Answer, type Page, answerOf } from './layout.ts'
import { type Mounts, mountsOf } from './mounts.ts'
import { type Verdict, operatorIn, queryOf, refuseForeign } from './request.ts'
import { end, show, unanswered } from './respond.ts'
import { Surveys } from './survey.ts'

export type { Mounts as SessionsDashboard, Verdict }

export interface DashboardOptions<Req extends object = object> {
  /**
   * Whether a request is an operator's. It is asked for each, and gets what the framework calls its
   * request, with which `sessions.from()` finds a session. `{ by: 'ada' }` lets in and says who it
   * is: the event `revoked` has it. A string is no answer, but an error: a name is not a permission.
   */
  readonly authorize: (request: Req) => Verdict | Promise<Verdict>
  /**
   * How many keys a look around may look at, those of other programs included; what was seen by
   * then is shown, with a note. Default 100000, at most 10 million. It ends after 10 seconds anyway.
   */
  readonly maxKeys?: number
  /**
   * Seconds between two looks around, at least; whoever asks meanwhile sees the last. Default 10,
   * from 1 to 3600; one that took long rests longer, nine times what it took.
   */
  readonly scanInterval?: number
  /**
   * Told of what went wrong, also where authorize() threw; the answer does not wait for it. Default:
   * prints it with `console.error`, and so is what onError itself throws or rejects with.
   */
  readonly onError?: (error: unknown, request: Req) => void | Promise<void>
}

const KNOWN = ['authorize', 'maxKeys', 'scanInterval', 'onError'] as const

/**
 * A page for whoever operates the application: how many sessions there are, whose, how old and how
 * large; anybody's sessions by their user id; and a way to end them. It is one address with queries,
 * which you mount where you like:
 *
 *     const dashboard = sessionsDashboard(sessions, { authorize })
 *     app.all('/operator/sessions', dashboard.node)
 *
 * Every request is put before `authorize`; who is refused gets a bare 403. It shows no data of a
 * session and nothing that opens one. What a page of another origin has caused changes nothing.
 *
 * @throws {OptionError} without `authorize`, or for an option that cannot be.
 * @throws {UsageError} when `sessions` was not made by createSessions.
 */
export function sessionsDashboard<D extends object, Req extends object = object>(
  sessions: Sessions<D>,
  options: DashboardOptions<Req>,
): Mounts<Req> {
  const corridor = corridorOf(sessions)
  const { authorize, maxKeys, intervalMs, onError } = resolve(options)
  const surveys = new Surveys({ maxKeys, intervalMs })
  const { prefix } = corridor.policy

  /** Whatever becomes of the telling, the request gets its answer. */
  async function tell(error: unknown, request: Req): Promise<void> {
    try {
      await onError(error, request)
    } catch (failure) {
      print(failure)
    }
  }

  async function answer(request: Req & GuardedRequest): Promise<Answer> {
    try {
      const operator = operatorIn(await authorize(request))
      if (operator === 'refused') return bare(403)
      const { method } = request
      const frame = { prefix, operator: operator.by }
      const source = { operator: corridor.operatorFor(request), surveys, corridor }
      const paged = (page: Page) => answerOf(page, frame)
      const query = queryOf(request)
      try {
        if (method === 'GET' || method === 'HEAD') return paged(await show(source, query))
        if (method !== 'POST') return bare(405, { Allow: 'GET, HEAD, POST' })
        refuseForeign(request)
        const ended = await end(source, query, operator)
        return typeof ended === 'string' ? bare(303, { Location: ended }) : paged(ended)
      } catch (error) {
        if (!(error instanceof StoreError)) throw error
        void tell(error, request)
        const page = paged(unanswered(query))
        return { ...page, headers: { ...page.headers, ...error.headers } }
      }
    } catch (error) {
      // The event `refused` has told.
      if (error instanceof CrossOriginError) return bare(403)
      void tell(error, request)
      const status = (error instanceof SessionError && error.status) || 500
      return bare(status, error instanceof StoreError ? error.headers : {})
    }
  }

  return mountsOf(answer)
}

function resolve<Req extends object>(options: DashboardOptions<Req>) {
  if (typeof options !== 'object' || options === null) {
    throw new OptionError('authorize', 'is missing: everybody could see and end all sessions')
  }
  requireGroup('options', options, KNOWN, { group: '' })
  const { authorize, maxKeys = 100_000, scanInterval = 10, onError = print } = options
  if (authorize === undefined) {
    throw new OptionError('authorize', 'is missing: everybody could see and end all sessions')
  }
  return {
    authorize: requireFunction('authorize', authorize),
    maxKeys: requireInteger('maxKeys', maxKeys, { min: 1, max: 10_000_000 }),
    intervalMs: requireSeconds('scanInterval', scanInterval, { min: 1, max: 3600 }) * 1000,
    onError: requireFunction('onError', onError),
  }
}

function print(error: unknown): void {
  console.error(error)
}

/** An answer that says no more than its status. */
function bare(status: number, headers: Readonly<Record<string, string>> = {}): Answer {
  const plain = { 'Content-Type': 'text/plain; charset=utf-8', 'Cache-Control': 'no-store' }
  const nosniff = { 'X-Content-Type-Options': 'nosniff' }
  return { status, headers: { ...plain, ...nosniff, ...headers }, body: STATUS_CODES[status] ?? '' }
}
