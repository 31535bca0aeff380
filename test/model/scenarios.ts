import type { Scenario } from './scenario.ts'
import { ENDS } from './scenarios-ends.ts'
import { LONGER_LIVES, RENEWALS } from './scenarios-renewals.ts'
import { SIGN_INS } from './scenarios-sign-ins.ts'
import { WRITES } from './scenarios-writes.ts'

/** The scenarios in which the protocol was searched before it was written. */
export const MODEL = [
  '1 logout×set',
  '1 logout×update',
  '1 logout×flash',
  '1 logout×rotate',
  '1 logout×adjust',
  '1 logout×read',
  '1 logout×saveSet',
  '1 logout×invWrite',
  '1 logout×rotate×write',
  '1 revoke×write×promote',
  '1 reused id (deterministic idGenerator)',
  '1 invalidate then write, crash',
  '2 keys and update',
  '2 update with pending',
  '2 update over a pending change',
  '2 flash',
  '2 clear',
  '3 fixation×set',
  '3 fixation×set×successor',
  '3 fixation×update',
  '3 fixation×update×successor',
  '3 fixation×adjust',
  '3 fixation×adjust×successor',
  '3 fixation×read',
  '3 fixation×read×successor',
  '3 fixation×invalidate',
  '3 fixation×invalidate×successor',
  '3 fixation×rotate',
  '3 fixation×rotate×successor',
  '3 fixation×signIn',
  '3 fixation×signIn×successor',
  '3 fixation×flash',
  '3 fixation×flash×successor',
  '3 fixation×save',
  '3 fixation×save×successor',
  '3 signIn drops current',
  '3 keep under conflict',
  '4 soft rotation, parallel, lost',
  '4 soft rotation due',
  '4 two promotions during one request',
  '4 secrets rotating, two nodes',
  '5 adjust×touch×write',
  '5 polling write×touch',
  '5 touch re-sent late',
  '5 long handler near the end of idle',
  '6 create twice',
  '6 signIn twice',
  '6 update twice around another writer',
  '7 max-age refresh×soft rotation',
  '8 login×set',
  '8 login×read',
  '8 login×flash',
  '8 login×rotate',
  '8 login×adjust',
  '8 login×invWrite',
  '8 login×write, nothing due',
  '8 login×write, no cookie before',
  '8 login×write, expired cookie',
  '8 login×login',
  '8 login×anonymous record vanishes',
  '8 save with rotation then gone',
  '9 near cache',
] as const

/** Why a scenario of the model is not driven. */
export const NOT_DRIVEN: readonly (readonly [scenario: string, reason: string])[] = [
  ['9 near cache', 'there is no near cache yet'],
]

export const SCENARIOS: Readonly<Record<string, Scenario>> = {
  ...ENDS,
  ...WRITES,
  ...SIGN_INS,
  ...RENEWALS,
  ...LONGER_LIVES,
}
