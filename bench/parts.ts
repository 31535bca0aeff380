/**
 * The parts a request is made of, each against the bare thing: µs of CPU per call, and how many
 * times that of the first line. Run: `npm run bench:parts`, with `-- --write` to keep the result in
 * docs/bench/parts.md, with `-- --rounds 20` for less of it.
 */
import { parseArgs } from 'node:util'
import { machine } from '../test/support/machine.ts'
import { startRedis } from '../test/support/redis-server.ts'
import { writePage } from './page.ts'
import { changeFinding } from './parts/changes.ts'
import { type Part, compare } from './parts/compare.ts'
import { cookie } from './parts/cookie.ts'
import { credential } from './parts/credential.ts'
import { encryption } from './parts/encryption.ts'
import { record } from './parts/record.ts'
import { serializer } from './parts/serializer.ts'
import { storeParts } from './parts/store.ts'
import { type Table, asText } from './table.ts'

const { values } = parseArgs({
  options: { rounds: { type: 'string', default: '100' }, write: { type: 'boolean' } },
})
const rounds = Number(values.rounds)

console.log(`${machine()}\n`)
const began = performance.now()
const tables: Table[] = []
function show(table: Table): void {
  console.log(asText(table))
  tables.push(table)
}
async function measure(title: string, parts: readonly Part[]): Promise<void> {
  const rows: string[][] = []
  for (const part of parts) rows.push(...(await compare(part, rounds)))
  show({ title, head: ['', 'CPU µs', 'to the first'], rows })
}

await measure('The cookie', cookie)
await measure('The credential', credential)
await measure('The record', record)
await measure('Changes', changeFinding)
await measure('Encryption', await encryption())
show(serializer(rounds * 4))
const redis = await startRedis()
const { parts, close } = await storeParts(redis)
await measure('Store operations, ten at once, by client, with a session of 1.2 KB', parts)
close()
await redis.stop()
if (values.write) {
  writePage({
    path: 'bench/parts.md',
    title: 'Benchmark: parts',
    command: 'npm run bench:parts --',
    says: [`Medians of ${rounds} rounds; ratios are those of a round.`],
    tables,
  })
}
console.log(`in ${((performance.now() - began) / 60_000).toFixed(1)} minutes`)
