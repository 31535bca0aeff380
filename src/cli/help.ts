export const HELP = `usage: sojourn <command> [options]

  doctor                       checks a Redis and a configuration, and says what to do
    --accept <checks>          findings of these checks, with commas between, are accepted
  ls                           lists sessions, without their data
    --principal <principal>    those of one principal
    --sort <by>                created, active, expires or size
    --limit <number|none>      how many at most; 100 if not said
  show <id>                    one session: whose, since when, until when
    --data                     its data too
  revoke <id>... --reason <text>
  revoke --principal <principal> --reason <text>
                               ends sessions; whoever has one is told the reason
    --by <who>                 who did it
  stats                        how many sessions, how large, how old, and who has most
    --limit <number|none>      so many principals; 10 if not said
  watch                        what happens to sessions, as it happens, until Ctrl-C
    --limit <number>           ends after so many events

everywhere
  --url <url>                  redis://, rediss:// or unix://; a password in it can be seen by
                               others on this machine, in REDIS_URL it cannot
  --settings <file>            JSON or .ini: redis.sessions.* or REDIS_SESSIONS_*; without it, what
                               of these the environment has
  --prefix <prefix>            of the keys; session: if not said
  --json                       for programs
  --help, --version

exit codes: 0 fine; 1 doctor has found something, there is no such session, or Redis failed;
2 the command line or the settings are wrong
`
