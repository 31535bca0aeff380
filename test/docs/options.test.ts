import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import {
  createSessions,
  type EncryptOptions,
  encrypt,
  expressSession,
  memoryStore,
  OptionError,
  sessionsFromSettings,
} from '../../src/index.ts'
import { sessionsDashboard } from '../../src/dashboard/dashboard.ts'
import { DEFAULTS, LIMITS } from '../../src/options/limits.ts'
import { redisStore } from '../../src/store/redis/redis-store.ts'
import { root } from './blocks.ts'

const page = readFileSync(`${root}docs/options.md`, 'utf8')
const nonsense = 'zzzzzzzzzzzzzzzzzzzzzzzz'

/** What the code itself lists as known, when it is given something that is not. */
function known(refuse: () => unknown): string[] {
  try {
    refuse()
  } catch (error) {
    expect(error).toBeInstanceOf(OptionError)
    const [, list = ''] = /known are (.*)$/.exec((error as Error).message) ?? []
    return list.split(', ').toSorted()
  }
  throw new Error('nonsense was accepted')
}

/** The options described under one heading of the page. */
function described(heading: string): string[] {
  const [, section = ''] = page.split(`\n## ${heading}\n`)
  const [own = ''] = section.split('\n## ')
  return [...own.matchAll(/^### `(.*)`$/gm)].map(([, name]) => name as string).toSorted()
}

function sectionOf(option: string): string {
  const [, section = ''] = page.split(`\n### \`${option}\`\n`)
  return section.split(/\n##+ /)[0]?.replaceAll(/(?<=\d) (?=\d{3}\b)/g, '') ?? ''
}

const secret = 'x'.repeat(32)
const given = (options: object) => options as { secret: string }

describe('docs/options.md describes every option there is, and no other', () => {
  it('of createSessions', () => {
    const list = known(() => createSessions(given({ secret, [nonsense]: 1 })))
    expect(described('The session')).toEqual(list)
  })

  it('of the cookie', () => {
    const list = known(() => createSessions(given({ secret, cookie: { [nonsense]: 1 } })))
    expect(described('The cookie')).toEqual(list.map((name) => `cookie.${name}`))
  })

  it('of encrypt', () => {
    const list = known(() => encrypt(given({ [nonsense]: 1 }) as unknown as EncryptOptions))
    expect(described('`encrypt`')).toEqual(list.map((name) => `encrypt.${name}`))
  })

  it('of expressSession', () => {
    const list = known(() => expressSession(given({ secret, [nonsense]: 1 })))
    expect(described('`expressSession`')).toEqual(list.map((name) => `expressSession.${name}`))
  })

  it('of redisStore', () => {
    const unknownOption = { host: 'localhost', [nonsense]: 1 }
    const list = known(() => redisStore(unknownOption))
    expect(described('`redisStore`')).toEqual(list)
  })

  it('of memoryStore', () => {
    expect(described('`memoryStore`')).toEqual(
      known(() => memoryStore({ [nonsense]: 1 } as object)),
    )
  })

  it('of sessionsDashboard', () => {
    const unknownOption = { authorize: () => true, [nonsense]: 1 }
    const list = known(() => sessionsDashboard(createSessions(given({ secret })), unknownOption))
    expect(described('`sessionsDashboard`')).toEqual(list.map((name) => `dashboard.${name}`))
  })

  it('of settings', () => {
    const list = known(() => sessionsFromSettings({ [`redis.sessions.${nonsense}`]: 1 }))
    const named = [...page.matchAll(/`redis\.sessions\.(\w+)`/g)].map(([, name]) => name as string)
    expect([...new Set(named)].toSorted()).toEqual(list)
  })
})

describe('docs/options.md says the defaults and bounds of the code', () => {
  it.each([
    ['secret', [LIMITS.secretLength]],
    ['prefix', [DEFAULTS.prefix, LIMITS.prefixLength]],
    ['timeout', [DEFAULTS.timeout, LIMITS.seconds.min, LIMITS.seconds.max]],
    ['absoluteTimeout', [DEFAULTS.absoluteTimeout, LIMITS.seconds.min, LIMITS.seconds.max]],
    ['touchInterval', [DEFAULTS.maxTouchInterval, LIMITS.touchInterval.max]],
    ['storeTimeoutMs', [DEFAULTS.storeTimeoutMs, ...Object.values(LIMITS.storeTimeoutMs)]],
    ['maxBytes', [DEFAULTS.maxBytes, ...Object.values(LIMITS.maxBytes)]],
    ['cookie.maxAge', [LIMITS.seconds.max]],
  ])('of %s', (option, facts) => {
    for (const fact of facts) expect(sectionOf(option)).toContain(String(fact))
  })
})
