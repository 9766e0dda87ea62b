// Both indexes keep the same promises.
import { memoryIndex } from '../../adapters/memory/index.ts'
import { openLmdbIndex } from '../../adapters/lmdb/index.ts'
import { indexContract } from '../contract/index-contract.ts'
import { removeFolder, temporaryFolder } from '../support/fixture-home.ts'

describe('an index in memory', () => indexContract(async () => memoryIndex()))

describe('an index in LMDB', () => {
  const folders: Array<string> = []
  after(() => folders.forEach(removeFolder))
  indexContract(async () => {
    const folder = temporaryFolder()
    folders.push(folder)
    return openLmdbIndex(folder)
  })
})
