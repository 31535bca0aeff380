import type { Reason } from './explained.ts'

/** Why the mutants that no test kills are no holes: read one by one. */
export const REASONS: readonly Reason[] = [
  {
    title: 'A shortcut',
    why: 'Without it the same comes out, more slowly.',
    mutants: {
      'src/cookie/hmac.ts': [
        ['if (text.length * 3 <= ROOM) {', 'false', 'text.length * 3 < ROOM', '{}'],
      ],
      'src/cookie/random.ts': [
        ['if (used + bytes > pool.length) {', 'true', 'used + bytes >= pool.length'],
      ],
      'src/record/identity.ts': [
        ["return text.includes('%') ? decodeURIComponent(text) : text", '""'],
      ],
      'src/record/record-format.ts': [
        ["return typeof payload === 'string' ? Buffer.from(payload) : payload", 'true'],
        [
          "return text.includes('\\ufffd') && !isUtf8(value.subarray(from, to)) ? undefined : text",
          '""',
        ],
      ],
      'src/record/serialize-nesting.ts': [
        [
          'return text.length > limit && hasMoreBrackets(text, limit) && opensMore(text, limit)',
          'true',
          'text.length >= limit',
        ],
        ['if (++count > limit) return true', '++count >= limit'],
      ],
      'src/record/serialize-survey.ts': [
        ['if (survey.manyMet !== undefined) {', 'false', '{}'],
        [
          'if (survey.met.push(value) > LONG) survey.manyMet = new Set(survey.met)',
          'survey.met.push(value) >= LONG',
          'survey.met.push(value) <= LONG',
        ],
        ["if (typeof item !== 'string') visit(item, survey, depth)", 'true', '""'],
        ['if (item === undefined && isTooSparse(items, at)) {', 'true'],
        ["if (prototype === Object.prototype || prototype === null) return 'object'", 'false'],
        ["if (prototype === Array.prototype && Array.isArray(value)) return 'array'", 'false'],
      ],
      'src/session/base.ts': [
        ['return text === undefined ? { snapshot: snapshotOf(data) } : viewAs(text, data)', 'true'],
      ],
      'src/session/draft.ts': [
        [
          "if (!('text' in then && 'text' in now)) return this.changes.size > 0",
          'true',
          'false',
          '""',
        ],
        ['if (then.text === now.text) return false', 'false', 'true'],
        ['if (isTagged(then.text) || isTagged(now.text)) return this.changes.size > 0', 'true'],
        [
          'if (before !== undefined && isUntouched(visit.session, before)) return undefined',
          'false',
        ],
        ['if (before !== undefined && isSame(before, view)) return undefined', 'false'],
        ['function isUntouched(session: SessionObject, view: View): boolean {', '{}'],
        [
          "return 'text' in view && view.outline !== undefined && isAsOutlined(session, view.outline)",
          'false',
          '""',
        ],
        ['function isSame(then: View, now: View): boolean {', '{}'],
        ["return 'text' in then && 'text' in now && then.text === now.text", 'false', '""'],
        ['function beginsWith(keys: readonly string[], first: readonly string[]): boolean {', '{}'],
        ['return first.every((key, at) => key === keys[at])', '() => undefined', 'false'],
      ],
      'src/session/flash.ts': [
        ['if (this.#pushed.length === 0 && this.#popped.size === 0) return false', 'false'],
      ],
      'src/session/state.ts': [
        ['get isIdle(): boolean {', '{}'],
        ['if (this.#flash?.changed) return false', 'true'],
        ['return true', 'false'],
      ],
      'src/session/visit.ts': [['looked = false', 'true']],
    },
  },
  {
    title: 'Checked before, or after',
    why: 'What reaches the line has been checked already, or what follows checks it again.',
    mutants: {
      'src/cookie/credential.ts': [
        ["return Buffer.from(value, 'latin1').toString('latin1')", '""'],
      ],
      'src/record/identity.ts': [
        [
          'const PARTS = /^([^@]*)@(-?\\d+)([^;]*)(?:;([^;]*);([^;]*))?$/',
          '/([^@]*)@(-?\\d+)([^;]*)(?:;([^;]*);([^;]*))?$/',
          '/^([^@]*)@(-?\\d+)([^;]*)(?:;([^;]*);([^;]*))?/',
        ],
      ],
      'src/record/serialize-decode.ts': [
        [
          'const MAX_BIGINT_LENGTH = String(-(2n ** BigInt(MAX_BIGINT_BITS - 1))).length',
          'MAX_BIGINT_BITS + 1',
        ],
      ],
      'src/session/draft.ts': [
        [
          "return 'text' in then && 'text' in now && then.text === now.text",
          "'text' in then || 'text' in now",
        ],
      ],
    },
  },
  {
    title: 'For the type checker',
    why: 'What it provides for cannot happen where it stands; the types do not know.',
    mutants: {
      'src/cookie/secure.ts': [["if (typeof address !== 'string') return false", 'false']],
      'src/record/identity.ts': [
        [
          "const [, who = '', at, methods = '', address = '', userAgent = ''] = parts",
          '"Stryker was here!"',
        ],
      ],
      'src/record/serialize-decode.ts': [
        [
          "if (keys.length !== 1 || !key?.startsWith('$')) return revivePlain(node, reading, depth)",
          'key.startsWith',
        ],
      ],
      'src/record/serialize.ts': [
        [
          "return keys.length === 1 && keys[0]?.startsWith('$') ? { $plain: copy } : copy",
          'keys[0].startsWith',
        ],
      ],
      'src/record/tombstone.ts': [
        ["const [, id = '', at, reason = ''] = parts", '"Stryker was here!"'],
      ],
      'src/session/flash.ts': [
        [
          'current.some((entry, index) => entry.id !== this.#stored[index]?.id)',
          'this.#stored[index].id',
        ],
      ],
    },
  },
  {
    title: 'Nothing is given either way',
    why: 'A function that comes to its end gives `undefined`, which is what the line would give.',
    mutants: {
      'src/record/identity.ts': [['} catch {', '{}']],
      'src/record/tombstone.ts': [['} catch {', '{}']],
    },
  },
  {
    title: 'A step too far',
    why: 'It looks at one place more, where there is nothing to be found.',
    mutants: {
      'src/record/serialize-nesting.ts': [
        ['for (let at = 0; at < text.length; at++) {', 'at <= text.length'],
      ],
    },
  },
  {
    title: 'A word that nobody asks for',
    why: 'Only the other kinds are asked for by name.',
    mutants: {
      'src/record/serialize-survey.ts': [
        [
          "return ancestors === 3 || (ancestors === 4 && Buffer.isBuffer(value)) ? 'bytes' : 'other'",
          '""',
        ],
        [
          "return Object.hasOwn(Object.getPrototypeOf(value), 'isPrototypeOf') ? 'object' : 'other'",
          '""',
        ],
        ["if (ancestors > 2) return 'other'", '""'],
        ["return value instanceof URL ? 'url' : 'other'", '""'],
      ],
    },
  },
  {
    title: 'An entry that is none',
    why: 'The text that Stryker puts into an empty list is not like anything that is looked for in it.',
    mutants: {
      'src/record/serialize-survey.ts': [
        [
          'const survey: Survey = { plain: true, shared: undefined, met: [], manyMet: undefined }',
          '["Stryker was here"]',
        ],
      ],
      'src/session/draft.ts': [
        [
          'this.keep = this.wishes.clears === undefined ? this.wishes.signIn?.keep : []',
          '["Stryker was here"]',
        ],
      ],
      'src/session/session.ts': [['state.flash = new FlashLog([])', '["Stryker was here"]']],
      'src/session/state.ts': [['const NONE: readonly FlashEntry[] = []', '["Stryker was here"]']],
    },
  },
  {
    title: 'Which number it is does not matter',
    why: 'Only that it is another one each time.',
    mutants: {
      'src/session/session.ts': [
        ['state.wishes.clears = (state.wishes.clears ?? 0) + 1', '(state.wishes.clears ?? 0) - 1'],
      ],
    },
  },
  {
    title: 'No data tell it apart',
    why: 'An outline that does not end where an object ends has parted from it by a place, and was never seen to meet it again, in 2,000 random changes of small data with few keys and values (`plain.test.ts`).',
    mutants: {
      'src/record/plain.ts': [['return outline[at] === END ? at + 1 : NOWHERE', 'true']],
    },
  },
]
