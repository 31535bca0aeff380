import type { SessionRecord } from '../../src/record/record.ts'

/** A record of somebody who has written three times. */
export function recordOf(data: string, now = 1_764_000_000_000): SessionRecord {
  return {
    id: 'WGxTCuGmX67zxGglFgx2Zg',
    writes: ['q3k9XbTzp1A', 'Zr8mN2sYw4E', 'lvudwIVcQ0s'],
    familyHash: 'RQxdQ0sZr8mN2sYw4Elv_udwIVcQ0sWGxTCuGmX67zx',
    edition: 0,
    promotedAt: now,
    createdAt: now,
    touchedAt: now + 90_000,
    timeoutMs: 1_200_000,
    touchIntervalMs: 60_000,
    deadline: now + 2_592_000_000,
    persistent: false,
    csrfNonce: '',
    principal: null,
    signedIn: null,
    data,
    flash: undefined,
  }
}
