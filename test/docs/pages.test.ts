import { existsSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { OptionError, sessionsFromSettings } from '../../src/index.ts'
import { pages, root } from './blocks.ts'

describe.each(pages)('%s', (page) => {
  const text = readFileSync(root + page, 'utf8')

  it('links only to what is there', () => {
    const links = [...text.matchAll(/\]\(([^)\s]+)\)/g)].map(([, link]) => link as string)
    const broken = links.filter((link) => !/^https?:/.test(link) && !leadsSomewhere(page, link))
    expect(broken).toEqual([])
  })
})

function leadsSomewhere(page: string, link: string): boolean {
  const [path = '', anchor] = link.split('#')
  const file = path === '' ? page : join(dirname(page), path)
  if (!existsSync(root + file)) return false
  return anchor === undefined || anchorsOf(file).includes(anchor)
}

/** As hosts of Markdown make them: lower case, spaces to hyphens, punctuation dropped. */
function anchorsOf(file: string): string[] {
  const headings = readFileSync(root + file, 'utf8').matchAll(/^#+ (.*)$/gm)
  return [...headings].map(([, heading = '']) =>
    heading
      .toLowerCase()
      .replaceAll(/[^\w\s-]/g, '')
      .replaceAll(' ', '-'),
  )
}

/** What its users know from pyramid_redis_sessions. */
const namesThere = (
  'adjust_timeout_for_session RedisSessionFactory session_factory_from_settings includeme ' +
  'client_callable serialize deserialize prefix id_generator created new session_id invalidate ' +
  'changed keys values items get has_key update setdefault pop popitem clear flash peek_flash ' +
  'pop_flash get_csrf_token new_csrf_token secret timeout cookie_name cookie_max_age cookie_path ' +
  'cookie_domain cookie_secure cookie_httponly cookie_on_exception url host port db password ' +
  'socket_timeout connection_pool charset errors encoding encoding_errors unix_socket_path'
).split(' ')

describe('docs/coming-from-pyramid-redis-sessions.md', () => {
  const page = readFileSync(`${root}docs/coming-from-pyramid-redis-sessions.md`, 'utf8')
  const rows = page.split('\n').filter((line) => line.startsWith('| `'))

  it.each(namesThere)('names %s', (name) => {
    expect(rows.some((row) => new RegExp(`\\b${name}\\b`).test(row.split('|')[1] ?? ''))).toBe(true)
  })

  it.each(['charset', 'errors', 'encoding', 'encoding_errors', 'connection_pool'])(
    'is right that the setting %s is refused',
    (name) => {
      const settings = { 'redis.sessions.secret': 'x'.repeat(32), [`redis.sessions.${name}`]: 'x' }
      expect(() => sessionsFromSettings(settings)).toThrow(OptionError)
      expect(page).toContain(`\`${name}\``)
    },
  )
})
