import { connectionOf, givenSettings, prefixOf } from './where.ts'
import { hintFor, show } from '../options/check.ts'
import { describePolicy } from '../options/describe-policy.ts'
import type { Connection } from '../store/redis/connection.ts'
import { type Arguments, usage } from './arguments.ts'
import { checkConfiguration } from './doctor-configuration.ts'
import { checkPermissions } from './doctor-permissions.ts'
import { checkServer, checkTransport } from './doctor-server.ts'
import { CHECKS, type Finding, counts, describeFindings, fail, ok } from './finding.ts'
import { type Node, type Redis, connect, reasonOf } from './nodes.ts'
import type { Result } from './task.ts'
import { count } from '../words.ts'

/** Checks a Redis, and the settings where there are any. */
export async function doctor(args: Arguments): Promise<Result> {
  const accepted = acceptedIn(args)
  const given = givenSettings(args)
  const { findings: ofSettings, policy } = checkConfiguration(given)
  const connection = connectionOf(args, given)
  const ofRedis = await checkRedis(connection, prefixOf(args, given))
  const findings = [...ofRedis, ...ofSettings].map((finding) =>
    finding.level !== 'ok' && accepted.includes(finding.check)
      ? { ...finding, accepted: true as const }
      : finding,
  )
  const { warn, fail: failed } = counts(findings)
  const described = policy === undefined ? undefined : describePolicy(policy)
  return {
    text: describeFindings(findings) + (described === undefined ? '' : `\n${described}`),
    json: {
      findings,
      policy: described
        ?.trimEnd()
        .split('\n')
        .map((line) => line.slice(2)),
    },
    code: warn + failed === 0 ? 0 : 1,
  }
}

function acceptedIn({ options: { accept = '' } }: Arguments): readonly string[] {
  const names = accept.split(',').map((name) => name.trim())
  const accepted = names.filter((name) => name !== '')
  const wrong = accepted.find((name) => !(CHECKS as readonly string[]).includes(name))
  if (wrong === undefined) return accepted
  throw usage(`--accept: there is no check ${show(wrong)}; ${hintFor(wrong, CHECKS)}`)
}

async function checkRedis(connection: Connection, prefix: string): Promise<Finding[]> {
  let redis: Redis
  try {
    redis = await connect(connection)
  } catch (error) {
    const todo = 'Check where Redis is, that it runs, its user and password, and TLS.'
    return [fail('connection', `${reasonOf(error)}.`, todo)]
  }
  try {
    // A record made by a local clock that is slow has ended before Redis stores it.
    await redis.store.measureClock?.()
    const names = redis.masters.map(({ name }) => name).join(', ')
    const what = redis.isCluster
      ? `A cluster with ${count(redis.masters.length, 'master')}: ${names}.`
      : `${names}, database ${redis.db}.`
    return [
      ok('connection', what),
      checkTransport(connection),
      ...together(redis.masters, await Promise.all(redis.masters.map(checkServer))),
      ...(await checkPermissions(redis, prefix)),
    ]
  } finally {
    await redis.close()
  }
}

/** What all masters say alike is said once; what only some say, with their names. */
function together(masters: readonly Node[], all: readonly (readonly Finding[])[]): Finding[] {
  const said = new Map<string, { readonly finding: Finding; readonly names: string[] }>()
  masters.forEach(({ name }, at) => {
    for (const finding of all[at] ?? []) {
      const text = JSON.stringify(finding)
      const same = said.get(text) ?? { finding, names: [] }
      same.names.push(name)
      said.set(text, same)
    }
  })
  return [...said.values()].map(({ finding, names }) =>
    names.length === masters.length
      ? finding
      : { ...finding, means: `${names.join(', ')}: ${finding.means}` },
  )
}
