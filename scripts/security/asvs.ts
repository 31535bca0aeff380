// Writes docs/security/asvs.md from scripts/security/requirements.ts and the titles of the tests.
// With --check it writes nothing and fails when the page is stale. Both ways it fails when the
// library is said to carry a requirement that no test names.
import { code, linkTo, report, writeOrCheck } from './generated-page.ts'
import { type Requirement, chapters } from './requirements.ts'
import { type Title, namedTitles } from './titles.ts'

const INTRODUCTION = `# OWASP ASVS 5.0

<!-- Written by \`npm run generate\`. -->

The requirements of the [Application Security Verification Standard](https://github.com/OWASP/ASVS) 5.0 on sessions (V7)
and on cookies (V3.3), in our words. What the library carries is shown by tests whose names end with the requirement:
\`… (ASVS 7.4.1)\`. This page is made from those names, and \`npm test\` fails when a requirement that the library carries
has none.
`

const requirements = chapters.flatMap((chapter) => chapter.requirements)

function testsOf({ id }: Requirement, titles: readonly Title[]): Title[] {
  return titles.filter((title) => title.requirements.includes(id))
}

function carrier({ library, application }: Requirement): string {
  if (library === undefined) return 'not yet'
  return application === undefined ? 'the library' : 'the library and you'
}

function overview(titles: readonly Title[]): string {
  const rows = requirements.map((each) => {
    const { id, level, asks } = each
    const tests = testsOf(each, titles).length
    return `| [${id}](#${id.replaceAll('.', '')}) | ${level} | ${asks} | ${carrier(each)} | ${tests} |`
  })
  return [
    '| id | level | asks | carried by | tests |',
    '| --- | --- | --- | --- | --- |',
    ...rows,
  ].join('\n')
}

function section(requirement: Requirement, titles: readonly Title[]): string {
  const { id, asks, library, application } = requirement
  const tests = testsOf(requirement, titles).map(
    ({ file, text }) => `- ${code(text)} in ${linkTo(file)}`,
  )
  const parts = [
    `### ${id}`,
    asks,
    ...(library === undefined ? ['Not yet.'] : [`**Library:** ${library}`]),
    ...(application === undefined ? [] : [`**You:** ${application}`]),
    ...(tests.length === 0 ? [] : [tests.join('\n')]),
  ]
  return parts.join('\n\n')
}

function page(titles: readonly Title[]): string {
  const details = chapters.map(({ name, requirements }) =>
    [`## ${name}`, ...requirements.map((each) => section(each, titles))].join('\n\n'),
  )
  return `${[INTRODUCTION, overview(titles), ...details].join('\n\n')}\n`
}

function problemsOf(titles: readonly Title[]): string[] {
  const known = new Set(requirements.map(({ id }) => id))
  const unknown = titles.flatMap(({ file, requirements }) =>
    requirements.filter((id) => !known.has(id)).map((id) => `${file}: there is no ASVS ${id}`),
  )
  const bare = requirements
    .filter((each) => each.library !== undefined && testsOf(each, titles).length === 0)
    .map(({ id }) => `no test names ASVS ${id}, which the library is said to carry`)
  return [...unknown, ...bare]
}

function writeAsvs(check: boolean): string[] {
  const titles = namedTitles()
  return [...problemsOf(titles), ...writeOrCheck('docs/security/asvs.md', page(titles), check)]
}

await report(writeAsvs)
