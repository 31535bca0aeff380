import { createServer } from 'node:http'
import { H3, toNodeHandler, toResponse } from 'h3'
import { openSession } from '../../../src/adapters/fetch.ts'
import { crossOriginGuard } from '../../../src/guard/cross-origin.ts'
import { type Driver, policyOf } from '../driver.ts'
import { listening } from '../listening.ts'
import { responseOf } from './fetch.ts'

export const driver: Driver = {
  name: 'h3 2',
  alwaysVaries: true,
  failsOutOfSight: true,
  serve(sessions, handle, guard) {
    const app = new H3({ silent: true })
    if (guard !== undefined) {
      const check = crossOriginGuard(guard)
      app.use((event) => check(event.req))
    }
    app.use(async (event, next) => {
      const { commit } = await openSession(sessions, event.req, {
        onUnavailable: policyOf(event.url.pathname),
      })
      let failed = false
      async function value() {
        try {
          return await next()
        } catch (error) {
          failed = true
          throw error
        }
      }
      return commit(await toResponse(value(), event, app.config), { failed })
    })
    app.all('/**', async (event) => {
      const session = sessions.from(event.req)
      return responseOf(await handle({ session, request: event.req, path: event.url.pathname }))
    })
    return listening(createServer(toNodeHandler(app)))
  },
}
