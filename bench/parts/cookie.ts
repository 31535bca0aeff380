import { parseCookie } from 'cookie'
import { findCookie } from '../../src/cookie/read.ts'
import type { Part } from './compare.ts'

const OURS =
  '__Host-sid=WGxTCuGmX67zxGglFgx2Zg.Nb8DCpo0hwh7OI2OTlRRdw.0.D78VP2RzAyziy7uVXav23ZLbkIrlqkt77bLyE16pghk'

/** So many cookies of others, of 40 characters each, with ours among them. */
function header(others: number): string {
  const cookies = Array.from(
    { length: others },
    (_, at) => `_ga_${1000 + at}=GS2.1.s17640000$o1$g1$t176`,
  )
  return cookies.toSpliced(Math.floor(others / 2), 0, OURS).join('; ')
}

function finding(text: string): Part {
  return {
    name: `find a cookie in ${text.length} bytes`,
    calls: 2000,
    works: {
      'parseCookie of cookie': () => parseCookie(text)['__Host-sid'],
      'indexOf and slice': () => text.slice(text.indexOf('__Host-sid=') + 11),
      Sojourn: () => findCookie(text, '__Host-sid'),
    },
  }
}

export const cookie: readonly Part[] = [
  finding(header(0)),
  finding(header(10)),
  finding(header(50)),
]
