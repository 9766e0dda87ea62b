/**
 * unroll, the command line: `run` over the real process. All output has been handed over when `run` answers, and
 * what a stopped command left running must not keep the process alive, hence the explicit end.
 */
import { processIo } from './io.ts'
import { run } from './run.ts'

void run(process.argv.slice(2), processIo()).then((code) => process.exit(code))
