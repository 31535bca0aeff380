import type { FastifyInstance, FastifyReply, FastifyRequest, onRequestHookHandler } from 'fastify'
import { UsageError } from '../errors.ts'
import { crossOriginGuard as checkOf } from '../guard/cross-origin.ts'
import type { CrossOriginGuardOptions, SessionData } from '../index.ts'
import type { Session } from '../session/members.ts'
import { failEveryVisitOf } from '../session/request-visits.ts'
import type { CreateObject, Visit } from '../session/visit.ts'
import type { Sessions } from '../sessions.ts'
import { corridorOf } from '../corridor.ts'
import { type AdapterOptions, resolveAdapterOptions } from './adapter-options.ts'
import { FastifySessionObject } from './fastify-session.ts'
import { plainErrorResponse } from './node-response.ts'
import { mount } from './node-visit.ts'
import { together } from './together.ts'

/** What Fastify's session plugins call, beside our own members. */
export declare class FastifyMembers<D extends object = SessionData> {
  /** The data under a key. A member's name gives `undefined`. */
  get<K extends keyof D>(key: K): D[K] | undefined
  /** The same as an assignment: `undefined` deletes. */
  set<K extends keyof D>(key: K, value: D[K] | undefined): void
  /**
   * Ends this session and puts a new one, with another id, on the request; data under `keepKeys`
   * are taken along. Read `request.session` again: the object left behind keeps its data and
   * refuses every member that would change it.
   */
  regenerate(keepKeys?: Iterable<keyof D & string>): Promise<void>
}

export type FastifySession<D extends object = SessionData> = Session<D> & FastifyMembers<D>

/** Packages that declare `request.session` as well, known by what they add to the instance. */
type OtherPackage = Extract<keyof FastifyInstance, 'decryptSession' | 'decodeSecureSession'>

/**
 * Inherited, not declared on FastifyRequest itself: a second declaration of one property has to
 * have the same type, an inherited one gives way to it.
 */
export interface RequestWithSession {
  /** The session of this request. Beside @fastify/session its type is theirs, whichever it is. */
  readonly session: [OtherPackage] extends [never] ? FastifySession : unknown
}

declare module 'fastify' {
  interface FastifyRequest extends RequestWithSession {}
}

export interface SessionPluginOptions extends AdapterOptions<string, FastifyRequest> {
  /** What createSessions() or sessionsFromSettings() returned. */
  readonly sessions: Sessions<object>
}

/** The options of `register` itself, which plugins are given too. */
const OF_REGISTER = ['prefix', 'logLevel', 'logSerializers']

const create: CreateObject = (state) => new FastifySessionObject(state)

/**
 * Fastify plugin that gives each request its session, as `request.session`. Works with Fastify 5,
 * for all routes of the instance it is registered on and of its children.
 *
 *     app.register(session, { sessions })
 *
 * When the commit fails, the reply the handler had made is dropped and the error goes to the error
 * handler; a reply that was hijacked, or was being streamed, is answered plainly.
 *
 * @throws {UsageError} from `register` or `ready`: the property is in use, or `sessions` is none.
 * @throws {OptionError} from `register` or `ready`: a name or a value that is no option.
 */
export async function session(
  instance: FastifyInstance,
  options: SessionPluginOptions,
): Promise<void> {
  const corridor = corridorOf(options.sessions)
  const { property, openOptions } = resolveAdapterOptions(options, 'sessions', ...OF_REGISTER)
  refuseSecondUse(instance, property)
  instance.decorateRequest(property, passOn(property))

  instance.addHook('onRequest', (request, reply, done) => {
    function enter(visit: Visit): void {
      try {
        visit.admit(request.raw)
        mount(corridor, visit, request.raw, reply.raw, property, fail)
      } catch (error) {
        done(error as Error)
        return
      }
      done()
    }
    function fail(error: unknown, complete: boolean): void {
      if (complete && !reply.sent && error instanceof Error) sendError(reply, error)
      else sendPlainError(reply, error)
    }
    const { cookie } = request.raw.headers
    together(corridor.open(cookie, request, openOptions(request), create)).then(enter, done)
  })

  instance.addHook('onError', (request, _reply, _error, done) => {
    failEveryVisitOf(request)
    done()
  })
}

// What fastify-plugin does: the hooks are the instance's own, not those of a child made for them.
Object.assign(session, {
  [Symbol.for('skip-override')]: true,
  [Symbol.for('fastify.display-name')]: 'sojourn',
  [Symbol.for('plugin-meta')]: { name: 'sojourn', fastify: '5.x' },
})

/** Fastify looks only at the instance itself, and would let a child cover its parent's property. */
function refuseSecondUse(instance: FastifyInstance, property: string): void {
  if (!instance.hasRequestDecorator(property)) return
  throw new UsageError(
    `request.${property} is already in use: is a session plugin registered twice, here or on a ` +
      'parent, or beside another session package? Register one; a second set of sessions needs ' +
      "another property: { property: 'adminSession' }",
  )
}

/** The accessor is that of the raw request; on the prototype it costs no request anything. */
function passOn(property: string) {
  type Shown = Record<string, unknown>
  return {
    getter(this: FastifyRequest): unknown {
      return (this.raw as unknown as Shown)[property]
    },
    setter(this: FastifyRequest, value: unknown): void {
      ;(this.raw as unknown as Shown)[property] = value
    },
  }
}

/** Fastify keeps headers of its own: those of the reply that was dropped go, as the raw ones did. */
function sendError(reply: FastifyReply, error: Error): void {
  const kept = reply.raw.getHeaders()
  for (const name of Object.keys(reply.getHeaders())) reply.removeHeader(name)
  reply.headers(kept)
  reply.send(error)
}

function sendPlainError(reply: FastifyReply, error: unknown): void {
  reply.log.error({ err: error }, 'the session could not be committed')
  plainErrorResponse(reply.raw, error)
}

/**
 * Fastify hook that refuses what pages of other origins send (CSRF), for visitors too: see
 * `crossOriginGuard()` of `sojourn`. A refusal is a CrossOriginError, status 403, for your error
 * handler. Add it before the session plugin is registered.
 *
 *     app.addHook('onRequest', crossOriginGuard({ allow: ['https://pay.example'] }))
 *
 * @throws {OptionError} for an origin that no browser would send.
 */
export function crossOriginGuard(options?: CrossOriginGuardOptions): onRequestHookHandler {
  const check = checkOf(options)
  return function crossOriginHook(request, _reply, done) {
    check(request)
    done()
  }
}
