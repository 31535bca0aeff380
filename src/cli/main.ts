#!/usr/bin/env node
import { run } from './run.ts'

// Warnings are for applications; what matters here is said as an error or a finding.
process.removeAllListeners('warning')
// `sojourn ls | head`: the reader has gone.
process.stdout.on('error', () => process.exit())
process.exitCode = await run(process.argv.slice(2))
