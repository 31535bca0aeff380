import { expect, test } from 'vitest'
import { startDemo } from '../browser/demo-server.ts'

test('the demo starts on the memory store, keeps a basket and stores nothing for who only looks', async () => {
  await using demo = await startDemo()
  const first = await fetch(demo.url)
  expect(first.status).toBe(200)
  expect(first.headers.getSetCookie()).toEqual([])
  expect(await first.text()).toContain('Nothing')
  const added = await fetch(new URL('/basket/add', demo.url), {
    method: 'POST',
    redirect: 'manual',
    headers: { 'sec-fetch-site': 'same-origin' },
    body: new URLSearchParams({ tea: 'assam' }),
  })
  expect(added.status).toBe(303)
  const [cookie = ''] = added.headers.getSetCookie()
  const page = await fetch(demo.url, { headers: { cookie: cookie.split(';')[0] ?? '' } })
  expect(await page.text()).toContain('Assam')
})
