/**
 * Run as a child process: reads every row of an index and, when all are whole, writes a compact copy of it, free of
 * whatever its unused pages held. A damaged file may kill this process, which is what it is for.
 *
 * usage: probe <index directory> <directory for the copy>; exits 0 when the copy is good
 */
import { openUnchecked } from './environment.ts'
import { rowJson } from './row.ts'

const [directory, copy] = process.argv.slice(2)
if (directory === undefined || copy === undefined) process.exit(2)
const environment = openUnchecked(directory, true)
const { entryCount } = environment.getStats() as { readonly entryCount: number }
let rows = 0
for (const { key, value } of environment.getRange()) {
  // The driver gives a key of one part as that part.
  rowJson(Array.isArray(key) ? key : [key], value)
  // A row that can be walked to but not found is as good as lost.
  if (!environment.doesExist(key)) process.exit(1)
  rows += 1
}
if (rows !== entryCount) process.exit(1)
environment.backup(copy, true).then(
  () => process.exit(0),
  () => process.exit(1)
)
