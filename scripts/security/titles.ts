import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { root } from '../run.ts'

/** A title of a test, or of a group of tests, as the source has it. */
export interface Title {
  /** From the root: `test/behaviour/sign-out.test.ts`. */
  readonly file: string
  readonly text: string
  /** Rows of the list of attacks that it begins with: `THREATS 1, T7: …`. */
  readonly threats: readonly string[]
  /** Requirements that it names at its end: `… (ASVS 7.4.1)`. */
  readonly requirements: readonly string[]
}

/** Texts about tests are no tests. */
const ELSEWHERE = /^test\/(mutants|types)\/|titles\.test\.ts$/
/** Titles are on one line; so what looks like a quote elsewhere confuses no other line. */
const LITERAL = /(['"`])((?:\\.|(?!\1)[^\\\n])*)\1/g
const THREATS = /^THREATS (T?\d+(?:(?:, | and )T?\d+)*): \S/
const REQUIREMENTS = /\(ASVS (\d+\.\d+\.\d+(?:, (?:ASVS )?\d+\.\d+\.\d+)*)\)/

/** The titles in the tests' sources that name an attack or a requirement. */
export function namedTitles(): Title[] {
  return sources().flatMap((file) =>
    literalsOf(readFileSync(join(root, file), 'utf8'))
      .filter((text) => /^THREATS |\(ASVS\b/.test(text))
      .map((text) => titleOf(file, text)),
  )
}

function sources(): string[] {
  const inTests = readdirSync(join(root, 'test'), { recursive: true, encoding: 'utf8' })
  const beside = readdirSync(join(root, 'src'), { recursive: true, encoding: 'utf8' })
  return [
    ...inTests.filter((file) => file.endsWith('.ts')).map((file) => `test/${file}`),
    ...beside.filter((file) => file.endsWith('.test.ts')).map((file) => `src/${file}`),
  ]
    .filter((file) => !ELSEWHERE.test(file))
    .toSorted()
}

function literalsOf(source: string): string[] {
  const code = source.replaceAll(/^\s*(\/\/|\*|\/\*).*$/gm, '')
  return [...code.matchAll(LITERAL)].map(([, , text = '']) => text.replaceAll(/\\(.)/g, '$1'))
}

/** Whether that is a title of a test file, or of a file beside it that it is made of. */
export function hasTitle(test: string, text: string): boolean {
  const folder = test.slice(0, test.lastIndexOf('/') + 1)
  return sources()
    .filter((file) => file.startsWith(folder))
    .some((file) => literalsOf(readFileSync(join(root, file), 'utf8')).includes(text))
}

/** The title that a test file has, or a file beside it that it is made of. */
export function findTitle(titles: readonly Title[], test: string, text: string): Title | undefined {
  const folder = test.slice(0, test.lastIndexOf('/') + 1)
  const same = titles.filter((title) => title.text === text)
  return same.find(({ file }) => file === test) ?? same.find(({ file }) => file.startsWith(folder))
}

/** @throws when the title names rows or requirements in another way than the others do. */
export function titleOf(file: string, text: string): Title {
  const threats = THREATS.exec(text)?.[1]
  const requirements = REQUIREMENTS.exec(text)?.[1]
  const unread =
    (text.startsWith('THREATS ') && threats === undefined) ||
    (/\(ASVS\b/.test(text) && requirements === undefined)
  if (unread) {
    throw new Error(`${file}: begin with 'THREATS 1, T7: …', end with '… (ASVS 7.4.1)': ${text}`)
  }
  return {
    file,
    text,
    threats: threats?.split(/, | and /) ?? [],
    requirements: requirements?.match(/\d+\.\d+\.\d+/g) ?? [],
  }
}

/** Placeholders of a title: of `test.each`, and of a template. */
const PLACEHOLDER = /\$\{[^}]*\}|\$\w+(?:\.\w+)*|%[a-zA-Z#]/

/** Matches what the title becomes when its tests run. */
export function patternOf(title: string): RegExp {
  const pieces = title.split(PLACEHOLDER)
  return new RegExp(pieces.map((piece) => piece.replaceAll(/[^\w\s]/g, String.raw`\$&`)).join('.*'))
}
