import type { Mutant } from '../../scripts/security/mutant.ts'

const CRASH =
  'a process that dies at any of its steps leaves nobody signed in who is not listed (ASVS 7.4.2)'
const ORDERS = 'in whatever order the steps of two nodes come (ASVS 7.4.2)'

export const mutants: readonly Mutant[] = [
  {
    when: 'a session is listed only after its record says who is signed in',
    file: 'src/lifecycle/write.ts',
    search:
      "    if (signIn !== undefined) await enlist(engine, state, signIn)\n    const answer = await ask(engine, visit, 'create', (store) => store.create(key, record))\n",
    replacement:
      "    const answer = await ask(engine, visit, 'create', (store) => store.create(key, record))\n    if (signIn !== undefined) await enlist(engine, state, signIn)\n",
    test: 'test/behaviour/accounts-crash.test.ts',
    fails: CRASH,
  },
  {
    when: 'sessions are taken off their list before they are ended',
    file: 'src/lifecycle/listing.ts',
    search: '  const ended: string[] = []\n',
    replacement:
      '  const ended: string[] = []\n  await delist(engine, asking, principal, members)\n',
    test: 'test/behaviour/accounts-crash.test.ts',
    fails: CRASH,
  },
  {
    when: 'somebody who is signing in where a visitor’s record lies is not ended',
    file: 'src/store/memory.ts',
    search: 'if (stored !== undefined && !its && !(evenAbsent && stored.principal === null))',
    replacement: 'if (stored !== undefined && !its)',
    test: 'test/behaviour/accounts-orders.test.ts',
    fails: ORDERS,
  },
  {
    when: 'a second sign-in of one session ends that session to make room',
    file: 'src/lifecycle/enlist.ts',
    search: 'if (own === undefined) await makeRoom(',
    replacement: 'if (own === undefined || own !== undefined) await makeRoom(',
    test: 'test/behaviour/accounts-orders.test.ts',
    fails: ORDERS,
  },
  {
    when: 'an earlier entry goes whether or not the one of the record is there',
    file: 'src/lifecycle/listing.ts',
    search: '  return members.some((member) => member.id === id && member.at === known)\n',
    replacement:
      '  return at < known || members.some((member) => member.id === id && member.at === known)\n',
    test: 'test/behaviour/accounts-orders.test.ts',
    fails: ORDERS,
  },
  {
    when: 'a session that was signed out stays on its list',
    file: 'src/lifecycle/remove-ended.ts',
    search: '    unlisting.push(...owners.map((owner) => unlist(engine, visit, id, owner)))\n',
    replacement: '    void [unlist, unlisting, owners]\n',
    test: 'test/behaviour/accounts.test.ts',
    fails: 'who has signed out is not counted, however lately that was (ASVS 7.1.2)',
  },
]
