/**
 * Run as a child process: holds the lock of writers of an index until its stdin ends.
 *
 * usage: write-lock <index directory>; a line on stdout says that it has it
 */
import { readSync, writeSync } from 'node:fs'
import { openUnchecked } from '../../adapters/index/lmdb/environment.ts'

const environment = openUnchecked(process.argv[2] ?? '', false)
environment.transactionSync(() => {
  writeSync(1, 'held\n')
  readSync(0, Buffer.alloc(1))
})
await environment.close()
