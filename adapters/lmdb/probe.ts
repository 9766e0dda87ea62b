/**
 * Run as a child process: reads every row of an index and exits 0 when all are whole. A damaged file may kill it,
 * which is what it is for.
 */
import { openUnchecked } from './environment.ts'
import { rowJson } from './row.ts'

const [directory] = process.argv.slice(2)
if (directory === undefined) process.exit(2)
const environment = openUnchecked(directory, true)
for (const { value } of environment.getRange()) rowJson(value)
process.exit(0)
