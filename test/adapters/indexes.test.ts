// Both indexes keep the same promises.
import { expect } from 'chai'
import * as E from 'fp-ts/lib/Either.js'
import { mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
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

  /** Rows of a megabyte: so many that the file is mapped anew on the way. */
  const large = Array.from({ length: 40 }, (_, n) => ({
    key: ['large', n],
    json: JSON.stringify(String(n % 10).repeat(1024 * 1024))
  }))

  const commitLarge = async (
    folder: string,
    halfway: () => void
  ): Promise<ReadonlyArray<string>> => {
    const index = openLmdbIndex(folder)
    for (const row of large) {
      if (row === large[20]) halfway()
      expect(await index.commit([row], [{ key: row.key, json: null }])()).to.deep.equal(
        E.right('committed')
      )
    }
    const found = large.map(({ key }) => JSON.stringify(index.get(key)))
    await index.close()
    return found
  }

  it('keeps every row while more is written than it keeps mapped', async () => {
    const folder = temporaryFolder()
    folders.push(folder)
    const found = await commitLarge(folder, () => undefined)
    expect(found.every((json, n) => json === large[n]?.json)).to.equal(true)
    const again = openLmdbIndex(folder)
    expect(large.every(({ key, json }) => JSON.stringify(again.get(key)) === json)).to.equal(true)
    await again.close()
  })

  it('keeps the file it has when another process deletes it meanwhile', async () => {
    const folder = temporaryFolder()
    folders.push(folder)
    const found = await commitLarge(folder, () => rmSync(join(folder, 'data.mdb')))
    expect(found.every((json, n) => json === large[n]?.json)).to.equal(true)
  })

  it('deletes what processes that were killed while they opened it left behind', async () => {
    const folder = temporaryFolder()
    folders.push(folder)
    writeFileSync(join(folder, 'first-999999999.tmp'), 'half')
    mkdirSync(join(folder, 'copy-999999999-abc'))
    await openLmdbIndex(folder).close()
    expect(readdirSync(folder).sort()).to.deep.equal(['data.mdb', 'lock.mdb', 'unroll-index.json'])
  })
})
