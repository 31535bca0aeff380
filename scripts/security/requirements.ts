/** A requirement of OWASP ASVS 5.0 that concerns sessions, in our own words. */
export interface Requirement {
  readonly id: string
  readonly level: 1 | 2 | 3
  readonly asks: string
  /** What the library does about it; the tests that name the requirement show it. */
  readonly library?: string
  /** What is left to do. */
  readonly application?: string
}

export interface Chapter {
  readonly name: string
  readonly requirements: readonly Requirement[]
}

/** V7, all of it, and the section of V3 on cookies. */
export const chapters: readonly Chapter[] = [
  {
    name: 'V7.1 Documentation',
    requirements: [
      {
        id: '7.1.1',
        level: 2,
        asks: 'Idle timeout and absolute lifetime are written down, and deviations from NIST SP 800-63B justified.',
        library:
          '`describePolicy()` prints the rules in force, and each recommendation of a `preset` that is not followed.',
        application: 'Put it into your documents, and say why you deviate.',
      },
      {
        id: '7.1.2',
        level: 2,
        asks: 'It is written down how many sessions one account may have at once, and what happens at the limit.',
        library:
          'Option `maxPerPrincipal` sets the number and what happens at the limit; `describePolicy()` says both.',
        application: 'Put it into your documents.',
      },
      {
        id: '7.1.3',
        level: 2,
        asks: 'Systems that share sign-ins are written down, with how their sessions live and end together.',
        library: '`describePolicy()` says that a sign-in may bring limits of its own.',
        application:
          'Write down which providers you use, what limits their sessions have, and what your sign-in makes of them.',
      },
    ],
  },
  {
    name: 'V7.2 Fundamentals',
    requirements: [
      {
        id: '7.2.1',
        level: 1,
        asks: 'Tokens are verified by a backend that can be trusted.',
        library:
          'The server verifies the signature and asks the store; nothing that the browser says about times or rights counts.',
      },
      {
        id: '7.2.2',
        level: 1,
        asks: 'Sessions use tokens made for them, no static keys.',
        library:
          'Each cookie holds random bits of its own. An `idGenerator` that repeats itself opens nothing to who guesses an id.',
      },
      {
        id: '7.2.3',
        level: 1,
        asks: 'Reference tokens are unique, from a CSPRNG, with 128 bits of entropy or more.',
        library:
          'An id of 128 bits and a family of 128 bits from `node:crypto`; an id that is taken is never written over.',
      },
      {
        id: '7.2.4',
        level: 1,
        asks: 'Signing in, also when signed in already, gives a new token and ends the old one.',
        library:
          '`signIn()` and `rotate()` do both in one write. In Express, passport gets the same from `regenerate()`.',
        application:
          'Call `signIn()` when a user signs in or proves more, `rotate()` when a role changes.',
      },
    ],
  },
  {
    name: 'V7.3 Timeouts',
    requirements: [
      {
        id: '7.3.1',
        level: 2,
        asks: 'Inactivity ends a session.',
        library:
          '`timeout`, 20 minutes by default, judged from the stored record by the clock of the store.',
        application: 'Choose the timeout for your risks, or take a `preset`.',
      },
      {
        id: '7.3.2',
        level: 2,
        asks: 'A session has an absolute end.',
        library: '`absoluteTimeout`, 30 days by default; no call and no request moves it.',
        application: 'Choose it for your risks, or take a `preset`.',
      },
    ],
  },
  {
    name: 'V7.4 Ending',
    requirements: [
      {
        id: '7.4.1',
        level: 1,
        asks: 'After logout or expiry nothing resumes the session: no copy, no back button, no late request.',
        library:
          '`invalidate()` removes the record; no write brings it back, and caches are told to keep no page of it.',
        application:
          'End the session where you sign out, by POST; option `clearSiteData` empties the cache of the browser too.',
      },
      {
        id: '7.4.2',
        level: 1,
        asks: 'All sessions of an account end when it is disabled or deleted.',
        library:
          '`sessions.of(principal).revokeAll()` ends them all, and requests under way in them.',
        application: 'Call it where you disable an account.',
      },
      {
        id: '7.4.3',
        level: 2,
        asks: 'After a change of password or factor, all other sessions can be ended.',
        library:
          '`sessions.of(principal).revokeOthers(current)` ends all but the one that changed it.',
        application: 'Offer it, or do it, after the change.',
      },
      {
        id: '7.4.4',
        level: 2,
        asks: 'Every page for signed-in users shows how to log out.',
        library: 'One call in any handler, in every framework.',
        application: 'Show the button.',
      },
      {
        id: '7.4.5',
        level: 2,
        asks: "Administrators can end one user's sessions, or everybody's.",
        library:
          '`sessions.of(principal).revokeAll()` for one user, `sessions.revokeEverything()` for everybody.',
        application: 'Build the page for your administrators.',
      },
    ],
  },
  {
    name: 'V7.5 Against abuse',
    requirements: [
      {
        id: '7.5.1',
        level: 2,
        asks: 'Changing what an account is signed in with needs signing in again.',
        library: '`session.signedInWithin(seconds)` says how long ago it was, `session.amr` how.',
        application: 'Ask for it before such a change.',
      },
      {
        id: '7.5.2',
        level: 2,
        asks: 'Users see their sessions, and can end any of them after signing in again.',
        library:
          '`sessions.of(principal).list()` shows them, with what was noted at sign-in; `revoke()` ends one.',
        application: 'Show the list, and ask to sign in again before one is ended.',
      },
      {
        id: '7.5.3',
        level: 3,
        asks: 'Highly sensitive operations need signing in again, or a second proof.',
        library: '`session.signedInWithin(seconds)` and `session.amr`, for each operation.',
        application: 'Ask for it before such an operation.',
      },
    ],
  },
  {
    name: 'V7.6 Federation',
    requirements: [
      {
        id: '7.6.1',
        level: 2,
        asks: 'Sessions here and at the identity provider live and end together as documented.',
        library:
          'A sign-in takes the absolute end of the session there, `signedInWithin()` is its max_age, and `sessions.of(principal)` ends what the provider ends.',
        application: 'Verify the logout that the provider sends, and call `revokeAll()`.',
      },
      {
        id: '7.6.2',
        level: 2,
        asks: 'No session begins without an action of the user.',
        library:
          'Opening, looking and failing store nothing. A record begins with the first thing the application writes.',
        application:
          'Write to the session of a visitor when they do something, not when they come.',
      },
    ],
  },
  {
    name: 'V3.3 Cookies',
    requirements: [
      {
        id: '3.3.1',
        level: 1,
        asks: 'Cookies are Secure, and named `__Secure-` where not `__Host-`.',
        library:
          'Both by default; plain http is for the own browser of a developer, and never in production.',
        application:
          'Leave `cookie.secure` and `cookie.name` alone, or choose a name with a prefix.',
      },
      {
        id: '3.3.2',
        level: 2,
        asks: 'SameSite is set to what the cookie is for.',
        library: 'Always sent, `Lax` unless you say otherwise.',
        application: "Take `'strict'` where no link from elsewhere leads in.",
      },
      {
        id: '3.3.3',
        level: 2,
        asks: 'Cookies are named `__Host-` unless other hosts share them.',
        library: '`__Host-sid` by default; the rules of a prefix are checked at the start.',
      },
      {
        id: '3.3.4',
        level: 2,
        asks: 'Session cookies are HttpOnly, and their value goes out by Set-Cookie alone.',
        library:
          'HttpOnly by default. No member, error, event or `inspect` shows the value; `session.id` is another.',
      },
      {
        id: '3.3.5',
        level: 3,
        asks: 'Name and value of a cookie take 4096 bytes at most.',
        library: 'At most 333, whatever the options say; about 100 by default.',
      },
    ],
  },
]
