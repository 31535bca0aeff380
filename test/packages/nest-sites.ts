import {
  type CallHandler,
  type ExecutionContext,
  type INestApplication,
  Controller,
  ForbiddenException,
  Get,
  HttpException,
  Module,
  Post,
  Redirect,
  Session,
  UseGuards,
  UseInterceptors,
} from '@nestjs/common'
import { NestFactory } from '@nestjs/core'
import { ExpressAdapter } from '@nestjs/platform-express'
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify'
import { type Observable, tap } from 'rxjs'
import { onTestFinished } from 'vitest'
import { session as onExpress } from '../../src/adapters/express.ts'
import { session as onFastify } from '../../src/adapters/fastify.ts'
import type { Session as SessionOf } from '../../src/session/members.ts'
import type { Sessions } from '../../src/sessions.ts'
import { Browser } from '../support/browser-jar.ts'

export interface Visitor {
  user: string
  visits: number
  seenBy: string
}

class Pages {
  look(session: SessionOf<Visitor>): object {
    return { ...session }
  }

  visit(session: SessionOf<Visitor>): object {
    session.visits = (session.visits ?? 0) + 1
    return { ...session }
  }

  signIn(session: SessionOf<Visitor>): void {
    session.rotate()
    session.user = 'ada'
  }

  signOut(session: SessionOf<Visitor>): void {
    session.invalidate()
  }

  members(session: SessionOf<Visitor>): string {
    return `for ${session.user}`
  }

  noted(): string {
    return 'noted'
  }

  refuse(session: SessionOf<Visitor>): void {
    session.visits = 1
    throw new HttpException('no', 400)
  }

  break(session: SessionOf<Visitor>): void {
    session.visits = 1
    throw new Error('out of order')
  }
}

function sessionIn(context: ExecutionContext): SessionOf<Visitor> {
  return context.switchToHttp().getRequest<{ session: SessionOf<Visitor> }>().session
}

const membersOnly = {
  canActivate(context: ExecutionContext): boolean {
    if (sessionIn(context).user === undefined) throw new ForbiddenException()
    return true
  },
}

const noting = {
  intercept: (context: ExecutionContext, next: CallHandler): Observable<unknown> =>
    next.handle().pipe(
      tap(() => {
        sessionIn(context).seenBy = 'the interceptor'
      }),
    ),
}

/** What decorators would do; these tests are compiled without them. */
function decorate(name: keyof Pages, ...decorators: MethodDecorator[]): void {
  const descriptor = Object.getOwnPropertyDescriptor(Pages.prototype, name) as PropertyDescriptor
  for (const decorator of decorators) decorator(Pages.prototype, name, descriptor)
  Session()(Pages.prototype, name, 0)
}

decorate('look', Get('look'))
decorate('visit', Get('visit'))
decorate('signIn', Post('sign-in'), Redirect('/look', 303))
decorate('signOut', Post('sign-out'), Redirect('/look', 303))
decorate('members', Get('members'), UseGuards(membersOnly))
decorate('noted', Get('noted'), UseInterceptors(noting))
decorate('refuse', Get('refuse'))
decorate('break', Get('break'))
Controller()(Pages)

// oxlint-disable-next-line typescript/no-extraneous-class -- a module is its decorator
class Site {}
Module({ controllers: [Pages] })(Site)

export type StartNest = (
  sessions: Sessions<Visitor>,
  set?: (app: INestApplication) => void,
) => Promise<Browser>

export const expressSite: StartNest = async (sessions, set) => {
  const app = await NestFactory.create(Site, new ExpressAdapter(), { logger: false })
  app.use(onExpress(sessions))
  return visit(app, set)
}

export const fastifySite: StartNest = async (sessions, set) => {
  const adapter = new FastifyAdapter()
  const app = await NestFactory.create<NestFastifyApplication>(Site, adapter, { logger: false })
  await app.register(onFastify, { sessions })
  return visit(app, set)
}

async function visit(app: INestApplication, set?: (app: INestApplication) => void) {
  set?.(app)
  await app.listen(0, '127.0.0.1')
  onTestFinished(() => app.close())
  return new Browser(Number(new URL(await app.getUrl()).port))
}
