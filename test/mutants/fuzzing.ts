import type { Mutant } from '../../scripts/security/mutant.ts'

const test = 'test/fuzz/fuzz.test.ts'
const HEADERS = 'THREATS 29, 22: hostile Cookie headers open nothing and throw nothing (ASVS 7.2.1)'
const VALUES = 'THREATS 29, T2: a stored value that was changed is never taken for something else'
const LUA = 'THREATS 29: Lua takes a changed value for what parseRecord takes it for'
const PAYLOADS = 'THREATS 25, 27, 29: no payload makes the codec crash or pollute a prototype'
const IDS = 'ids do not repeat, and their bits are balanced (ASVS 7.2.2, ASVS 7.2.3)'

export const mutants: readonly Mutant[] = [
  {
    when: 'white space of any kind is trimmed off the cookie',
    file: 'src/cookie/read.ts',
    search: '  return header.slice(begin, end)\n',
    replacement: '  return header.slice(begin, end).trim()\n',
    test,
    fails: HEADERS,
  },
  {
    when: 'the cookie is unquoted',
    file: 'src/cookie/read.ts',
    search: '  return header.slice(begin, end)\n',
    replacement: `  return header.slice(begin, end).replace(/^"(.*)"$/, '$1')\n`,
    test,
    fails: HEADERS,
  },
  {
    when: 'our name is found inside of another',
    file: 'src/cookie/read.ts',
    search: 'if (beginsPair(header, at)) {',
    replacement: 'if (at >= 0) {',
    test,
    fails: HEADERS,
  },
  {
    when: 'the first of two cookies counts',
    file: 'src/cookie/read.ts',
    search: "if (found !== 'none') return 'duplicate'",
    replacement: "if (found !== 'none') return found",
    test,
    fails: HEADERS,
  },
  {
    when: 'the header is searched again for each cookie in it',
    file: 'src/cookie/read.ts',
    search: '  let before = at - 1\n',
    replacement: "  header.indexOf('\\n')\n  let before = at - 1\n",
    test,
    fails: 'THREATS 29, T8: a huge Cookie header is read in one pass',
  },
  {
    when: 'a cookie whose session is not there gives the new session its id',
    file: 'src/lifecycle/refuse.ts',
    search: "  const state = new SessionState(visit)\n  if (reason === 'rotated'",
    replacement:
      "  const state = new SessionState(visit, { id, family: 'x'.repeat(22) })\n" +
      "  if (reason === 'rotated'",
    test,
    fails:
      'THREATS 8: a signed cookie of a session that does not exist is not adopted (ASVS 7.2.1)',
  },
  {
    when: 'a reply about another session is taken for an answer',
    file: 'src/lifecycle/judge.ts',
    search: '  if (answer.id !== credential.id) {\n',
    replacement: "  if (answer.id === '') {\n",
    test,
    fails: VALUES,
  },
  {
    when: 'any family does',
    file: 'src/lifecycle/judge.ts',
    search: "  if (answer.familyHash !== credential.familyHash) return 'rotated'\n",
    replacement: '',
    test,
    fails: VALUES,
  },
  {
    when: 'text that is not UTF-8 is read with U+FFFD in it',
    file: 'src/record/record-format.ts',
    search: "text.includes('\\ufffd') && !isUtf8",
    replacement: "text === '-' && !isUtf8",
    test,
    fails: VALUES,
  },
  {
    when: 'text that is not UTF-8 is read with U+FFFD in it',
    file: 'src/record/record-format.ts',
    search: "text.includes('\\ufffd') && !isUtf8",
    replacement: "text === '-' && !isUtf8",
    test: 'src/record/record-format.test.ts',
    fails: 'THREATS 29: text that is not UTF-8: %s',
  },
  {
    when: 'what is encrypted is not bound to who is signed in',
    file: 'src/encrypt/encrypt.ts',
    search: '${part} ${id} ${formatPrincipal(principal)}',
    replacement: '${part} ${id} ${formatPrincipal(principal && null)}',
    test,
    fails: VALUES,
  },
  {
    when: 'a script takes any word for the persistence of a cookie',
    file: 'src/store/redis/lua/header.lua',
    search: "  if persistence ~= 'p' and persistence ~= '-' then return nil end\n",
    replacement: '',
    test,
    fails: LUA,
  },
  {
    when: 'a touch promotes an edition and does not say when',
    file: 'src/store/redis/lua/touch.lua',
    search: 'record.edition, record.promoted = edition, at',
    replacement: 'record.edition = edition',
    test,
    fails: LUA,
  },
  {
    when: 'an error keeps the one of JSON.parse, which quotes the text',
    file: 'src/record/serialize-decode.ts',
    search: "  } catch {\n    throw new SyntaxError('session data are not valid JSON')\n",
    replacement:
      '  } catch (cause) {\n' +
      "    throw new SyntaxError('session data are not valid JSON', { cause })\n",
    test,
    fails: PAYLOADS,
  },
  {
    when: 'texts are parsed however deep they are',
    file: 'src/record/serialize-nesting.ts',
    search: 'return text.length > limit && hasMoreBrackets(text, limit)',
    replacement: 'return text.length < 0 && hasMoreBrackets(text, limit)',
    test,
    fails: PAYLOADS,
  },
  {
    when: 'the pool of random bytes is not filled again',
    file: 'src/cookie/random.ts',
    search: '    randomFillSync(pool)\n',
    replacement: '',
    test,
    fails: IDS,
  },
]
