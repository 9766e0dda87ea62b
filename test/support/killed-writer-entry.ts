/** Run as a process: commits a row to the index of a directory and is killed before it seals it. */
import { openLmdbIndex } from '../../adapters/index/lmdb/index.ts'

const index = openLmdbIndex(process.argv[2] ?? '')
await index.commit([{ key: ['kept'], json: '1' }], [])()
process.kill(process.pid, 'SIGKILL')
