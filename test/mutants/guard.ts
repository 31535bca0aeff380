import type { Mutant } from '../../scripts/security/mutant.ts'

const GUARD = 'src/guard/cross-origin.ts'
const MATRIX = {
  file: GUARD,
  test: 'test/behaviour/cross-origin.test.ts',
  fails: "THREATS T6: what changes something ${right ? 'passes' : 'is refused'}",
}
const ADAPTERS = {
  test: 'test/conformance/conformance.test.ts',
  fails: 'THREATS T6: what a page of another origin sends is refused, for a visitor too',
}

export const mutants: readonly Mutant[] = [
  {
    ...MATRIX,
    when: 'pages of siblings are let in',
    search: "return site !== 'same-origin' && site !== 'none'",
    replacement: "return site === 'cross-site'",
  },
  {
    ...MATRIX,
    when: 'Origin null is let in',
    search: 'if (url === undefined || url.origin !== origin) return false',
    replacement: "if (origin === 'null') return true\n  if (url?.origin !== origin) return false",
  },
  {
    ...MATRIX,
    when: 'ports do not count',
    search: '?.host === url.host',
    replacement: '?.hostname === url.hostname',
  },
  {
    ...MATRIX,
    when: 'a request without Sec-Fetch-Site is let in',
    search: 'return Boolean(origin) && !isOwn(origin, request)',
    replacement: 'return false',
  },
  {
    when: 'the handshake of a WebSocket only looks',
    file: GUARD,
    search: "return safe && !/websocket/i.test(String(headerOf(request, 'upgrade')))",
    replacement: 'return safe',
    test: 'test/behaviour/cross-origin-sockets.test.ts',
    fails: 'THREATS T6: on the upgrade of ws, refuses one with 403 and no socket is opened',
  },
  {
    when: 'the handshake of a WebSocket only looks',
    file: GUARD,
    search: "return safe && !/websocket/i.test(String(headerOf(request, 'upgrade')))",
    replacement: 'return safe',
    test: 'test/behaviour/cross-origin-sockets.test.ts',
    fails: 'THREATS T6: in allowRequest of socket.io, refuses a WebSocket of another origin',
  },
  {
    ...ADAPTERS,
    when: 'Express does not ask',
    file: 'src/adapters/express.ts',
    search: '    check(request)\n',
    replacement: '',
  },
  {
    ...ADAPTERS,
    when: 'Fastify does not ask',
    file: 'src/adapters/fastify.ts',
    search: '    check(request)\n',
    replacement: '',
  },
  {
    ...ADAPTERS,
    when: 'Koa does not ask',
    file: 'src/adapters/koa.ts',
    search: '    check(ctx)\n',
    replacement: '',
  },
  {
    ...ADAPTERS,
    when: 'Hono does not ask',
    file: 'src/adapters/hono.ts',
    search: '      check(c.req.raw)\n',
    replacement: '',
  },
  {
    ...ADAPTERS,
    when: 'node:http does not ask',
    file: 'src/adapters/node.ts',
    search: '      check(request)\n',
    replacement: '',
  },
  {
    ...ADAPTERS,
    when: 'the fetch-style adapter does not ask',
    file: 'src/adapters/fetch.ts',
    search: '      check(request)\n',
    replacement: '',
  },
]
