import { format, inspect } from 'node:util'
import { expect } from 'vitest'
import { parseSetCookie } from '../../support/browser-jar.ts'
import { type Cases, SECRET } from '../stage.ts'

const DATA = 'data-that-nobody-may-see'

/** As deep as a program may look that prints a request for its log. */
const ALL = { depth: 8, showHidden: true, getters: true, maxStringLength: null } as const

export const printed: Cases = {
  'THREATS T12: a request that is printed shows no secret, no data and no cookie that it owes (ASVS 3.3.4)':
    async (stage) => {
      const lines: string[] = []
      stage.show({
        '/print': async ({ session, request }) => {
          session['note'] = DATA
          session.pushFlash(DATA)
          await session.save()
          for (const what of [request, stage.sessions, session]) {
            lines.push(inspect(what), inspect(what, ALL), format('%o %O %s', what, what, what))
          }
          return { body: session.id }
        },
      })
      const { ours, text } = await stage.visitor().get('/print')
      const [, family = '', , signature = ''] = parseSetCookie(ours[0] ?? '').value.split('.')
      const log = lines.join('\n')
      expect(log).toContain(text)
      expect(signature).toHaveLength(43)
      for (const hidden of [SECRET, DATA, family, signature]) {
        expect(log.slice(around(log, hidden), around(log, hidden) + 300)).not.toContain(hidden)
      }
    },
}

/** Only a piece of the log is compared, because it is far too long to read. */
function around(log: string, hidden: string): number {
  return Math.max(0, log.indexOf(hidden) - 150)
}
