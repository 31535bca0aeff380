declare module 'connect-flash' {
  import type { RequestHandler } from 'express'

  export default function flash(): RequestHandler
}

declare module 'connect-ensure-login' {
  import type { RequestHandler } from 'express'

  export function ensureLoggedIn(options?: string | { redirectTo?: string }): RequestHandler
}

declare module 'lusca' {
  import type { RequestHandler } from 'express'

  export function csrf(options?: { cookie?: string }): RequestHandler
}
