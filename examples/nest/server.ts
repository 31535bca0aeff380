import { Controller, Get, Header, Module, Post, Query, Redirect, Session } from '@nestjs/common'
import { NestFactory } from '@nestjs/core'
import { type ExpressSession, session } from 'sojourn/express'
import { redisStore } from 'sojourn/redis'

const { PORT = 3000, REDIS_URL, SESSION_SECRET } = process.env
const secret = SESSION_SECRET ?? crypto.randomUUID() // another at every start, where none is given

type Guest = ExpressSession<{ visits: number }>

@Controller()
class Pages {
  @Get()
  @Header('Content-Type', 'text/plain')
  greet(@Session() session: Guest) {
    if (session.principal === null) return 'Hello, nobody.'
    session.visits = (session.visits ?? 0) + 1
    return `Hello, ${session.principal}. Visit ${session.visits}.`
  }
  @Post('/sign-in')
  @Redirect('/', 303)
  async signIn(@Session() session: Guest, @Query('name') name: string) {
    await session.signIn(name)
  }
  @Post('/sign-out')
  @Redirect('/', 303)
  async signOut(@Session() session: Guest) {
    await session.signOut()
  }
}

@Module({ controllers: [Pages] })
// oxlint-disable-next-line typescript/no-extraneous-class -- a module is its decorator
class Site {}

const app = await NestFactory.create(Site, { logger: ['error', 'warn'] })
app.use(session({ secret, store: REDIS_URL ? redisStore({ url: REDIS_URL }) : undefined }))
await app.listen(Number(PORT), '127.0.0.1')
console.log((await app.getUrl()).replace('127.0.0.1', 'localhost'))
