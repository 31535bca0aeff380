import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { root } from './blocks.ts'

const page = readFileSync(`${root}docs/migrating-from-express-session.md`, 'utf8')
const express = readFileSync(`${root}node_modules/express-session/README.md`, 'utf8')
const redis = readFileSync(`${root}node_modules/connect-redis/readme.md`, 'utf8')

/** The headings of a README between two of its headings, without arguments. */
function headings(readme: string, from: string, to: string): string[] {
  const [, after = ''] = readme.split(`\n${from}\n`)
  const [section = ''] = after.split(`\n${to}\n`)
  return [...section.matchAll(/^#{3,5} ([\w.]+)(?:\(.*)?$/gm)].map(([, name]) => name as string)
}

/** The first cells of the tables under one heading of the page. */
function listed(heading: string): string {
  const [, section = ''] = page.split(`\n## ${heading}\n`)
  const rows = (section.split('\n## ')[0] ?? '').matchAll(/^\| (.*?) +\|/gm)
  return [...rows].map(([, cell]) => cell).join('\n')
}

describe('docs/migrating-from-express-session.md names all there is in the packages installed', () => {
  const options = headings(express, '#### Options', '### req.session').filter(
    (name) => name !== 'cookie',
  )
  const connectRedis = headings(
    redis,
    '#### Options',
    '[1]: https://github.com/NodeRedis/node-redis',
  )

  it('finds them in their READMEs', () => {
    expect([options.length, connectRedis.length]).toEqual([18, 7])
  })

  it.each(options)('option %s of express-session', (name) => {
    expect(listed('Options of express-session')).toContain(`\`${name}\``)
  })

  it.each(connectRedis)('option %s of connect-redis', (name) => {
    expect(listed('Options of connect-redis')).toContain(`\`${name}\``)
  })

  const members = headings(express, '### req.session', '## Session Store Implementation')
  it.each(members)('%s', (name) => {
    const there = name.replace(/^(Session|Cookie)\./, '')
    expect(listed('req.session, member by member')).toMatch(new RegExp(`\\b${there}\\b`))
  })

  const methods = headings(
    express,
    '## Session Store Implementation',
    '## Compatible Session Stores',
  )
  it.each(methods)('%s()', (name) => {
    expect(listed('Methods of the store')).toContain(name.replace('store.', ''))
  })
})
