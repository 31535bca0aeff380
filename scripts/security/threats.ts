/** An attack, and where it has happened. */
export interface Threat {
  readonly row: string
  readonly attack: string
  readonly seen?: string
  /** Why it cannot be tried here. */
  readonly impossible?: string
}

/** What went wrong in session libraries and beside them, one regression test each at least. */
export const advisories: readonly Threat[] = [
  {
    row: '1',
    attack: 'A slow request saves its session after a sign-out, and the session is back.',
    seen: 'Rack::Session::Pool: CVE-2025-46336, CVE-2025-32441; express-session, @fastify/session',
  },
  {
    row: '2',
    attack: 'What cannot be decrypted is taken for plain data.',
    seen: 'rack-session: CVE-2026-39324',
  },
  {
    row: '3',
    attack: 'What lies in the store, or in its logs, opens a session.',
    seen: 'Rack: CVE-2019-16782',
  },
  {
    row: '4',
    attack: 'A life that is restored, touched or saved is prolonged past its end.',
    seen: '@fastify/session: CVE-2024-35220',
  },
  {
    row: '5',
    attack: 'The cookie from before a rotation stays good.',
    seen: '@fastify/session, issue 348',
  },
  {
    row: '6',
    attack: 'Cookie, data or CSRF token from before a sign-in are kept across it.',
    seen: '@fastify/passport: CVE-2023-29019, CVE-2023-29020',
  },
  {
    row: '7',
    attack: 'Signing in or out gives no other cookie.',
    seen: 'passport: CVE-2022-25896',
  },
  {
    row: '8',
    attack: 'An id that the client chose is adopted.',
    seen: 'Fiber: CVE-2024-38513; Flask-Session, issue 76',
  },
  {
    row: '9',
    attack: 'Requests without a session leave records behind until the store is full.',
    seen: 'Django: CVE-2015-5143, CVE-2015-5963, CVE-2015-5964',
  },
  {
    row: '10',
    attack: 'An empty id is a session that everybody shares.',
    seen: 'Django: CVE-2015-3982',
  },
  {
    row: '11',
    attack: "A reply to somebody else's command is taken for one's own, and shows their session.",
    seen: 'redis-py: CVE-2023-28858, CVE-2023-28859',
  },
  {
    row: '12',
    attack: 'A cache gives a page or a cookie of one user to another.',
    seen: 'Flask: CVE-2023-30861, CVE-2026-27205',
  },
  {
    row: '13',
    attack: 'The session lies in the cookie, and a copy of it outlives the sign-out.',
    seen: '@fastify/secure-session: CVE-2024-31999',
    impossible:
      'The cookie holds no state: what it opens is asked of the store each time, so a copy is as ' +
      'dead as the record (row 1). There is no other token that could outlive it.',
  },
  {
    row: '14',
    attack: 'Cookies or data are logged.',
    seen: 'Spring Session: CVE-2023-20866',
  },
  {
    row: '15',
    attack: 'A sign-out that keeps the session does not store that nobody is signed in any more.',
    seen: 'Spring Security: CVE-2023-20862',
  },
  {
    row: '16',
    attack: 'An error in code that is told of the end keeps the session alive.',
    seen: 'Jetty: CVE-2021-34428',
  },
  {
    row: '17',
    attack: 'Of two sign-ins at once with one cookie, both are left with a session.',
    seen: 'Tomcat: CVE-2019-17563',
  },
  {
    row: '18',
    attack: 'An id that is given out twice takes over the session that has it.',
    seen: 'tower-sessions before 0.12.1',
  },
  {
    row: '19',
    attack: 'The cookie is not removed, because the removal names another path or domain.',
    seen: 'tower-sessions before 0.10.2; @fastify/session, issue 344',
  },
  {
    row: '20',
    attack: 'A comparison that ends at the first difference tells how much of a guess was right.',
    seen: 'cookie-signature: CVE-2016-1000236',
  },
  {
    row: '21',
    attack: 'Text in the cookie options becomes another attribute, cookie or header.',
    seen: 'cookie: CVE-2024-47764; Hono: GHSA-5pq2-9x2x-5p6w',
  },
  {
    row: '22',
    attack: 'A reader that trims or decodes takes a foreign cookie for ours.',
    seen: 'Hono: CVE-2026-39410; Werkzeug: CVE-2023-23934; PHP: CVE-2020-7070, CVE-2022-31629',
  },
  {
    row: '23',
    attack: 'Setting the cookie disturbs the other headers of the response.',
    seen: 'on-headers: CVE-2025-7339',
  },
  {
    row: '24',
    attack: 'A CSRF token of one session holds in another.',
    seen: '@fastify/csrf-protection: CVE-2023-27495',
  },
  {
    row: '25',
    attack: 'A key `__proto__` pollutes prototypes, or is lost.',
    seen: 'ioredis before 4.27.8',
  },
  {
    row: '26',
    attack: 'A stored key becomes the prototype of the session.',
    seen: '@fastify/session',
  },
  {
    row: '27',
    attack: 'A stored value runs code when it is read.',
    seen: 'pyramid_redis_sessions, Flask-Session before 0.7 (pickle)',
  },
  {
    row: '28',
    attack: 'Text of an attacker becomes part of a script in Redis.',
    seen: 'what it takes for CVE-2025-49844 and CVE-2024-31449',
  },
  {
    row: '29',
    attack: 'Garbage in a cookie or in the store is an exception that nobody catches.',
    seen: 'express-session before 1.16.1',
  },
  {
    row: '30',
    attack: 'Options are changed by use, and one application changes those of another.',
    seen: 'koa-session before 7.0.2',
  },
]

/** What whoever attacks a session may try, beyond what is known from advisories. */
export const model: readonly Threat[] = [
  { row: 'T1', attack: 'Reading the store: a dump, a replica, `MONITOR`, a backup.' },
  { row: 'T2', attack: 'Writing to the store: forged, swapped or old records.' },
  { row: 'T3', attack: 'Using a stolen cookie.' },
  { row: 'T4', attack: 'Planting a cookie of our name from a sibling host.' },
  { row: 'T5', attack: 'Fixing a session before its owner signs in.' },
  { row: 'T6', attack: 'Making a browser send requests: CSRF, at sign-in too.' },
  { row: 'T7', attack: 'Racing a sign-out or a rotation.' },
  { row: 'T8', attack: 'Cookies and headers of any size.' },
  { row: 'T9', attack: 'Session data of any size and depth.' },
  { row: 'T10', attack: 'Waiting at a cache for what it stores.' },
  { row: 'T11', attack: 'Stored text that builds other things than data.' },
  { row: 'T12', attack: 'Reading logs, errors and traces.' },
  { row: 'T13', attack: 'Measuring how long an answer takes, or how refusals differ.' },
  { row: 'T14', attack: 'Making sessions without end.' },
  { row: 'T15', attack: 'Ids, prefixes and names that mean something to Redis.' },
  { row: 'T16', attack: 'Line breaks and separators in options.' },
  { row: 'T17', attack: 'Breaking the store, to be let in without it.' },
  { row: 'T18', attack: 'Weak, old and leaked secrets.' },
  { row: 'T19', attack: 'Encryption that uses a nonce twice.' },
  { row: 'T20', attack: 'More rights in Redis than sessions need.' },
  { row: 'T21', attack: 'Code of others that comes along with the package.' },
  { row: 'T22', attack: 'A socket that stays open when its session has ended.' },
  { row: 'T23', attack: 'Headers that pretend to come from a proxy.' },
]
