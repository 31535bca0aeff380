// Writes docs/security/regressions.md from scripts/security/threats.ts, test/mutants/*.ts and the
// titles of the tests. With --check it writes nothing and fails when the page is stale. Both ways
// it fails when an attack has no test or no mutant, or a mutant does not fit the code any more.
import { code, linkTo, report, writeOrCheck } from './generated-page.ts'
import { type Mutant, allMutants, mutated } from './mutant.ts'
import { type Threat, advisories, model } from './threats.ts'
import { type Title, findTitle, hasTitle, namedTitles, titleOf } from './titles.ts'

const INTRODUCTION = `# Attacks and their tests

<!-- Written by \`npm run generate\`. -->

What has gone wrong in other session libraries, and what else an attacker may try. The tests that hold against an
attack begin with its number: \`THREATS 1: …\`.

A test that cannot fail shows nothing. So for each attack at least one defence is taken out, and the test is seen to
fail: the lines with _fails when_. \`npm run mutants\` does that again, all of them in a copy of the project;
\`npm run mutants -- 16 T7\` those of two attacks. What it takes out is in \`test/mutants/\`. \`npm test\` checks that every
attack has such a test and that all of it still fits the code.
`

function rowsOf(titles: readonly Title[], mutants: readonly Mutant[]) {
  const failing = mutants.map((mutant) => {
    const { test, fails } = mutant
    return { mutant, ...(findTitle(titles, test, fails) ?? titleOf(test, fails)) }
  })
  return (row: string) => ({
    titles: titles.filter(({ threats }) => threats.includes(row)),
    failing: failing.filter(({ threats }) => threats.includes(row)),
  })
}

type Rows = ReturnType<typeof rowsOf>

function section(threat: Threat, rowOf: Rows): string {
  const { row, attack, seen, impossible } = threat
  const { titles, failing } = rowOf(row)
  const killed = new Set(failing.map(({ file, text }) => `${file} ${text}`))
  const lines = [
    ...failing.map(
      ({ mutant: { when, file }, file: test, text }) =>
        `- ${code(text)} in ${linkTo(test)} _fails when_ ${when} (${code(file)})`,
    ),
    ...titles
      .filter(({ file, text }) => !killed.has(`${file} ${text}`))
      .map(({ file, text }) => `- ${code(text)} in ${linkTo(file)}`),
  ]
  const before = seen === undefined ? '' : `Seen in ${seen}.\n\n`
  const reason = impossible === undefined ? '' : `Cannot be tried here. ${impossible}\n\n`
  return `### ${row}\n\n${attack}\n\n${before}${reason}${lines.join('\n')}\n`
}

function page(rowOf: Rows): string {
  const sections = (threats: readonly Threat[]) =>
    threats.map((threat) => section(threat, rowOf)).join('\n')
  return [
    INTRODUCTION,
    `## From advisories\n\n${sections(advisories)}`,
    `## From the threat model\n\n${sections(model)}`,
  ].join('\n')
}

function threatProblems({ row, impossible }: Threat, rowOf: Rows): string[] {
  const { titles, failing } = rowOf(row)
  if (impossible !== undefined) return []
  return [
    ...(titles.length === 0 ? [`no test begins with THREATS ${row}:`] : []),
    ...(failing.length === 0 ? [`no mutant in test/mutants is for ${row}`] : []),
  ]
}

function mutantProblems(mutant: Mutant): string[] {
  const { test, fails } = mutant
  try {
    mutated(mutant)
    return hasTitle(test, fails) ? [] : [`${test} has no title: ${fails}`]
  } catch (error) {
    return [(error as Error).message]
  }
}

async function writeRegressions(check: boolean): Promise<string[]> {
  const titles = namedTitles()
  const mutants = await allMutants()
  const rowOf = rowsOf(titles, mutants)
  const threats = [...advisories, ...model]
  const known = new Set(threats.map(({ row }) => row))
  const unknown = titles.flatMap(({ file, threats }) =>
    threats.filter((row) => !known.has(row)).map((row) => `${file}: there is no row ${row}`),
  )
  return [
    ...unknown,
    ...threats.flatMap((threat) => threatProblems(threat, rowOf)),
    ...mutants.flatMap(mutantProblems),
    ...writeOrCheck('docs/security/regressions.md', page(rowOf), check),
  ]
}

await report(writeRegressions)
