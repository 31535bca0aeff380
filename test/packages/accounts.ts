import type { Express, NextFunction, Request, Response } from 'express'
import { Passport } from 'passport'
import { Strategy } from 'passport-local'
import type { Answer, Browser } from '../support/browser-jar.ts'

const PASSWORDS: Readonly<Record<string, string>> = { ada: 'engine', ben: 'clock' }

export interface Accounts {
  readonly keepSessionInfo?: boolean
  readonly successReturnToOrRedirect?: string
  readonly failureMessage?: boolean
}

/** passport 0.7 with passport-local, as its documentation mounts them: /login and /logout. */
export function mountAccounts(app: Express, { keepSessionInfo, ...options }: Accounts = {}): void {
  const passport = new Passport()
  passport.use(
    new Strategy((username, password, done) => {
      const known = PASSWORDS[username] === password
      done(null, known ? { name: username } : false, { message: known ? '' : 'try again' })
    }),
  )
  passport.serializeUser((user, done) => done(null, (user as { name: string }).name))
  passport.deserializeUser((name: string, done) => done(null, { name }))
  app.use(passport.session())
  app.post(
    '/login',
    passport.authenticate('local', { keepSessionInfo, ...options }),
    (request: Request, response: Response) => void response.json(request.user),
  )
  app.post('/logout', (request: Request, response: Response, next: NextFunction) => {
    request.logout({ keepSessionInfo }, (error: unknown) => {
      if (error) next(error)
      else response.redirect('/')
    })
  })
}

export function login(browser: Browser, username = 'ada'): Promise<Answer> {
  return browser.post('/login', { username, password: PASSWORDS[username] })
}
