declare module 'connect-flash' {
  import type { RequestHandler } from 'express'

  export default function flash(): RequestHandler
}
