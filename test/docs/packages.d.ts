// Stands in for @types/connect-flash, which the guide tells its readers to install.
declare module 'connect-flash' {
  import type { RequestHandler } from 'express'
  export default function flash(): RequestHandler
}
declare namespace Express {
  interface Request {
    flash(type: string, message?: string): string[]
  }
}
