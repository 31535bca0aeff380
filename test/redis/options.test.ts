import { inspect } from 'node:util'

import { describe, expect, test } from 'vitest'

import { OptionError } from '../../src/errors.ts'
import { resolveConnection } from '../../src/store/redis/connection.ts'
import {
  createRedisClient,
  redisStore,
  type RedisStoreOptions,
} from '../../src/store/redis/redis-store.ts'

const client = { sendCommand: async () => null }

function refused(options: unknown): OptionError {
  try {
    redisStore(options as RedisStoreOptions)
  } catch (error) {
    expect(error).toBeInstanceOf(OptionError)
    return error as OptionError
  }
  throw new Error(`${inspect(options)} was accepted`)
}

describe('settings', () => {
  test.each<[string, object, object]>([
    ['a host', { host: 'cache' }, { host: 'cache', port: 6379, db: 0, tls: false }],
    ['a port', { port: 6380 }, { host: 'localhost', port: 6380, db: 0, tls: false }],
    ['a socket', { path: '/run/r.sock', db: 2 }, { path: '/run/r.sock', db: 2, tls: false }],
    [
      'everything about a host',
      { host: 'cache', port: 1, db: 3, username: 'u', password: 'p', tls: { ca: 'ca' } },
      { host: 'cache', port: 1, db: 3, username: 'u', password: 'p', tls: { ca: 'ca' } },
    ],
    [
      'what is not set',
      { host: 'cache', port: undefined, db: undefined, password: undefined, tls: undefined },
      { host: 'cache', port: 6379, db: 0, tls: false },
    ],
    ['a url', { url: 'redis://cache' }, { host: 'cache', port: 6379, db: 0, tls: false }],
    [
      'a url that says all',
      { url: 'redis://us%40er:p%3Ass%25@cache:7000/4' },
      { host: 'cache', port: 7000, db: 4, username: 'us@er', password: 'p:ss%', tls: false },
    ],
    [
      'a url with a password only',
      { url: 'rediss://:pw@[::1]:1/?db=9' },
      { host: '::1', port: 1, db: 9, password: 'pw', tls: true },
    ],
    [
      'a url, and beside it what it leaves open',
      { url: 'rediss://cache', db: 2, password: 'pw', tls: { ca: 'ca' } },
      { host: 'cache', port: 6379, db: 2, password: 'pw', tls: { ca: 'ca' } },
    ],
    ['tls beside a url', { url: 'redis://cache', tls: true }, { tls: true, host: 'cache' }],
    ['a unix url', { url: 'unix:///run/r.sock?db=3' }, { path: '/run/r.sock', db: 3 }],
    [
      'a unix url with user and password',
      { url: 'unix://me:p:w@/run/my%20r.sock' },
      { path: '/run/my r.sock', username: 'me', password: 'p:w', db: 0, tls: false },
    ],
  ])('can be %s', (_, settings, resolved) => {
    expect(resolveConnection(settings)).toMatchObject(resolved)
    expect(Object.isFrozen(resolveConnection(settings))).toBe(true)
    redisStore(settings)
  })

  test('can be resolved again', () => {
    for (const url of ['redis://u:p@cache:1/2', 'unix:///run/r.sock', 'rediss://cache']) {
      const resolved = resolveConnection({ url })
      expect(resolveConnection(resolved)).toEqual(resolved)
    }
  })

  test.each<[string, unknown, string, RegExp]>([
    ['nothing', {}, 'redisStore', /url, host, port, path or client/],
    ['no object', 'redis://:h@c', 'redisStore', /takes an object, \{ url \}, not a string$/],
    ['a misspelt group', { host: 'h', nearcache: {} }, 'nearcache', /did you mean nearCache\?/],
    ['no argument', undefined, 'redisStore', /takes an object/],
    ['only a database', { db: 1 }, 'redisStore', /url, host, port, path or client/],
    ['an unset variable for url', { url: undefined }, 'url', /not undefined/],
    ['an unset variable for host', { host: undefined, port: 1 }, 'host', /not undefined/],
    ['an unset variable for client', { client: undefined }, 'client', /sendCommand/],
    ['an empty host', { host: '' }, 'host', /at least one character/],
    ['a word for a port', { host: 'h', port: '6379' }, 'port', /0 to 65535, not "6379"/],
    ['a port too high', { host: 'h', port: 65536 }, 'port', /0 to 65535, not 65536/],
    ['half a port', { host: 'h', port: 1.5 }, 'port', /not 1\.5/],
    ['a negative database', { host: 'h', db: -1 }, 'db', /not -1/],
    ['a database that is no number', { host: 'h', db: Number.NaN }, 'db', /not NaN/],
    ['a typo', { hots: 'h' }, 'hots', /did you mean host\?/],
    ['tls that is text', { host: 'h', tls: 'yes' }, 'tls', /true, false or options/],
    ['a number for a password', { host: 'h', password: 1 }, 'password', /must be a string/],
    ['a user without a password', { host: 'h', username: 'u' }, 'username', /needs a password/],
    ['a url beside a host', { url: 'redis://a', host: 'b' }, 'host', /together with url/],
    ['a url beside a port', { url: 'redis://a', port: 1 }, 'port', /together with url/],
    ['a url beside a socket', { url: 'redis://a', path: '/b' }, 'path', /together with url/],
    ['a socket beside a host', { path: '/a', host: 'b' }, 'host', /together with path/],
    ['a socket beside tls', { path: '/a', tls: true }, 'tls', /together with path/],
    ['a unix url beside tls', { url: 'unix:///a', tls: true }, 'tls', /not with a Unix socket/],
    ['two databases', { url: 'redis://a/1', db: 1 }, 'db', /given twice/],
    ['two passwords', { url: 'redis://:a@b', password: 'a' }, 'password', /given twice/],
    ['no tls for rediss', { url: 'rediss://a', tls: false }, 'tls', /rediss/],
    ['a client beside a host', { client, host: 'h' }, 'host', /together with a client/],
    ['a client beside a url', { client, url: 'redis://a' }, 'url', /together with a client/],
    ['a client that is none', { client: {} }, 'client', /sendCommand/],
    ['a function beside a typo', { client: () => client, prot: 1 }, 'prot', /port\?/],
    [
      'a function beside url and host',
      { client: () => client, url: 'redis://a', host: 'b' },
      'host',
      /url/,
    ],
  ])('cannot be %s', (_, options, option, message) => {
    const error = refused(options)
    expect(error.option).toBe(option)
    expect(error.message).toMatch(message)
    expect(error.message).not.toContain('hidden')
  })

  test.each([
    ['localhost:6379', /must be a redis:, rediss: or unix: url: "localhost:6379"/],
    ['http://localhost', /redis:, rediss: or unix:/],
    ['redis:localhost', /redis:, rediss: or unix:/],
    ['redis://', /redis:, rediss: or unix: url|no host/],
    ['redis:///1', /no host/],
    ['redis://:hidden@host:99999', /"redis:\/\/\*\*\*@host:99999"/],
    ['redis://:hidden@host/main', /by its number: "redis:\/\/\*\*\*@host\/main"/],
    ['redis://:hidden@host/1/2', /by its number/],
    ['redis://me:12/hidden@host', /by its number/],
    ['redis://:12?hidden=1@host', /no host|redis:, rediss: or unix:|parameter/],
    ['redis://:hidden@host/1?db=2', /twice/],
    ['redis://:hidden@host?family=6', /parameter that is not known; the only one is db/],
    ['redis://:hid%den@host', /percent-encoded/],
    ['redis://:hidden#more@host', /#|redis:, rediss: or unix:/],
    ['unix:relative/socket', /absolute path/],
    ['unix://me:hidden@relative', /absolute path/],
    ['unix:///r.sock?x=1', /parameter that is not known/],
    [`redis://:hidden@${'h'.repeat(300)}?x=1`, /the only one is db: a long string/],
  ])('cannot be the url %s', (url, message) => {
    const error = refused({ url })
    expect(error.option).toBe('url')
    expect(error.message).toMatch(message)
    expect(inspect(error)).not.toMatch(/hidden@|:hidden|hid%den|hidden=/)
  })

  test('are checked by createRedisClient too', async () => {
    await expect(createRedisClient({ host: 'h', port: -1 })).rejects.toThrow(/^port: /)
    await expect(createRedisClient({ client } as object)).rejects.toThrow(/^client: is not/)
  })
})
