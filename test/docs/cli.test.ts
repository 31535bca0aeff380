import { expect, it } from 'vitest'
import { makeSession, signedIn, useCommandLine } from '../cli/command-line.ts'
import { useRedis } from '../support/both-stores.ts'
import { blocksOf } from './blocks.ts'

const redis = useRedis()
const { sojourn } = useCommandLine()
const blocks = blocksOf('docs/cli.md')

it('the commands of docs/cli.md print what the page says', async () => {
  await redis.server.cli('config', 'set', 'appendonly', 'no')
  await makeSession(redis.server, (session) => (session['cart'] = ['tea']))
  await signedIn(redis.server, 'ada')
  const client = { address: '203.0.113.7', userAgent: 'Firefox' }
  const { id } = await signedIn(redis.server, 'ada', { amr: ['pwd', 'otp'], client })
  const shown = blocks.filter(({ role }) => role === 'cli')
  expect(shown.length).toBeGreaterThan(4)
  for (const { text } of shown) expect(masked(await replay(text, id))).toBe(masked(text.trim()))
}, 60_000)

it('the permissions on the page are enough to look', async () => {
  const acl = blocks.find(({ role }) => role === 'acl-to-look')?.text.trim() ?? ''
  await redis.server.cli(...acl.split(' '))
  const { id } = await signedIn(redis.server, 'ada')
  const env = { REDIS_URL: redis.server.url.replace('//', '//looker:a-long-password@') }
  for (const args of [['ls'], ['ls', '--principal', 'ada'], ['show', id, '--data'], ['stats']]) {
    const { code, stdout, stderr } = await sojourn(args, env)
    expect([code, stdout, stderr]).toEqual([0, expect.stringContaining('ada'), ''])
  }
  expect((await sojourn(['revoke', id, '--reason', 'x'], env)).code).toBe(1)
})

/** What is another at each run, and the width it gives to columns. */
const VARYING: readonly (readonly [RegExp, string])[] = [
  [/\b20\d\d-\d\d-\d\d \d\d:\d\d:\d\dZ/g, 'TIME'],
  [/(?<![\w-])(?=[\w-]*[A-Z0-9])[\w-]{22}(?![\w-])/g, 'ID'],
  [/\b127\.0\.0\.1:\d+|\b(?:Redis|Valkey) \d+\.\d+\.\d+/g, 'SERVER'],
  [/\b\d+(?:\.\d)? (?:s|min|ms|bytes|at most)(?!\w)/g, 'SOME'],
  [/\(median of \d+/g, '(median of SOME'],
  [/(?<=^bytes .*)\d+|(?<=SOME +)\d+$/gm, 'SIZE'],
  [/ {2,}/g, '  '],
]

function masked(text: string): string {
  return VARYING.reduce((rest, [what, by]) => rest.replaceAll(what, by), text)
}

async function replay(block: string, id: string): Promise<string> {
  let printed = ''
  for (const line of block.split('\n').filter((each) => each.startsWith('$ '))) {
    const [, text = ''] = /^\$ npx sojourn (.*)$/.exec(line) ?? []
    const words = [...text.matchAll(/"([^"]*)"|\S+/g)].map(([word, quoted]) => quoted ?? word)
    const args = words.map((word) => (word === '<id>' ? id : word))
    const { stdout, stderr } = await sojourn(args, { REDIS_URL: redis.server.url })
    expect(stderr).toBe('')
    printed += `${line}\n${stdout}`
  }
  return printed.trim()
}
