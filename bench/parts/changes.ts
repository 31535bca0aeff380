import { applyChanges, changesSince, snapshotOf } from '../../src/session/changes.ts'
import { account } from '../http/account.ts'
import type { Part } from './compare.ts'

const data = { ...account() }
const base = snapshotOf(data)
const changed = { ...data, views: 1 }
const changes = changesSince(base, changed)
const rules = { functions: new Map(), baseValue: () => undefined }

/** What tells which keys a request has changed, and puts them on top of what another has stored. */
export const changeFinding: readonly Part[] = [
  {
    name: 'changes in 1.2 KB',
    calls: 1000,
    works: {
      'JSON.stringify of it': () => JSON.stringify(data),
      'Sojourn, what is there': () => snapshotOf(data),
      'Sojourn, what has changed': () => changesSince(base, changed),
      'Sojourn, merged onto another': () => applyChanges(data, changes, base, rules),
    },
  },
]
