// Both indexes keep the same promises.
import { expect } from 'chai'
import * as E from 'fp-ts/lib/Either.js'
import { mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { memoryIndex } from '../../../adapters/index/memory/index.ts'
import { openLmdbIndex, passingIndex } from '../../../adapters/index/lmdb/index.ts'
import { openIndexApart } from '../../../adapters/index/lmdb/apart.ts'
import { spillingIndex } from '../../../adapters/index/memory/spilling.ts'
import type { Index } from '../../../replay/ports.ts'
import { nameOf, thisProcess } from '../../../adapters/home/process-identity.ts'
import { noTelemetry } from '../../../replay/telemetry.ts'
import { indexContract } from '../../contract/index-contract.ts'
import { removeFolder, temporaryFolder } from '../../support/fixture-home.ts'

const passing = async (): Promise<Index> => passingIndex()

/** Takes nothing. */
const full = async (): Promise<Index> => ({
  ...memoryIndex(),
  commit: () => async () =>
    E.left({ _tag: 'IoFailure', operation: 'write', path: 'x', cause: 'ENOSPC' })
})

describe('an index in memory', () => indexContract(async () => memoryIndex()))

describe('an index that goes to disk when it is large', () => {
  const rows = Array.from({ length: 20 }, (_, n) => ({ key: ['row', n], json: `"${n}"` }))

  describe('and did so at once', () => indexContract(async () => spillingIndex(passing, 0)))
  describe('and stays small', () => indexContract(async () => spillingIndex(passing)))
  describe('and cannot', () =>
    indexContract(async () => spillingIndex(() => Promise.reject(new Error('no room')), 0)))
  describe('and whose disk is full at once', () =>
    indexContract(async () => spillingIndex(full, 0)))

  it('keeps what is committed while its rows move', async () => {
    const index = spillingIndex(passing, 10)
    const done = await Promise.all(rows.map((row) => index.commit([row], [])()))
    expect(done).to.deep.equal(rows.map(() => E.right('committed')))
    expect(index.range(['row'], ['row', 99], Infinity, false)).to.deep.equal(
      rows.map(({ key, json }) => [key, JSON.parse(json)])
    )
    await index.close()
  })

  it('leaves nothing behind in the folder for temporary files', async () => {
    const folder = temporaryFolder()
    const before = process.env['TMPDIR']
    process.env['TMPDIR'] = folder
    try {
      const index = spillingIndex(passing, 10)
      for (const row of rows) await index.commit([row], [])()
      expect(readdirSync(folder)).to.deep.equal([])
      expect(index.get(['row', 7])).to.equal('7')
      await index.close()
      expect(readdirSync(folder)).to.deep.equal([])
    } finally {
      if (before === undefined) delete process.env['TMPDIR']
      else process.env['TMPDIR'] = before
      removeFolder(folder)
    }
  })
})

describe('an index in a process of its own', () => {
  let folder = ''
  let index: Index | null = null
  after(async () => {
    await index?.close()
    removeFolder(folder)
  })
  indexContract(async () => {
    if (index === null) folder = temporaryFolder()
    index ??= await openIndexApart(folder)
    await index.clear()()
    return { ...index, close: () => Promise.resolve() }
  })
})

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

  /** Opens an index; tells how, and what the rows of the other tests are there. */
  const openedBeside = async (folder: string): Promise<readonly [string, unknown]> => {
    let how = ''
    const beside = openLmdbIndex(folder, {
      ...noTelemetry,
      time: (name, labels) => {
        if (name === 'index.open.duration') how = (labels as { readonly how: string }).how
      }
    })
    const row = beside.get(['kept'])
    await beside.commit([{ key: ['beside'], json: '2' }], [])()
    await beside.close()
    return [how, row]
  }

  it('is one for both when it is opened between a commit and its seal', async () => {
    const folder = temporaryFolder()
    folders.push(folder)
    const first = openLmdbIndex(folder)
    await first.commit([{ key: ['kept'], json: '1' }], [])()
    expect(await openedBeside(folder)).to.deep.equal(['as_left', 1])
    first.generation()
    expect(first.get(['beside'])).to.equal(2)
    await first.close()
    expect(await openedBeside(folder)).to.deep.equal(['as_left', 1])
  })

  it('is one for both when it is opened while it is new', async () => {
    const folder = temporaryFolder()
    folders.push(folder)
    const first = openLmdbIndex(folder)
    expect((await openedBeside(folder))[0]).to.equal('as_left')
    first.generation()
    expect(first.get(['beside'])).to.equal(2)
    await first.close()
  })

  it('is copied when nobody is left who could have written what no seal tells of', async () => {
    const folder = temporaryFolder()
    folders.push(folder)
    const first = openLmdbIndex(folder)
    await first.commit([{ key: ['kept'], json: '1' }], [])()
    await first.close()
    const seal = join(folder, 'unroll-index.json')
    const { ino } = statSync(join(folder, 'data.mdb'))
    const { pidNamespace, pid, startTime } = thisProcess()
    const gone = `00000000-0000-0000-0000-000000000000.${pidNamespace}.${pid}.${startTime}`
    const otherFile = `${nameOf(thisProcess())}.${ino + 1}`
    for (const name of [`${gone}.${ino}`, otherFile])
      writeFileSync(join(folder, `writing-${name}.1`), '')
    writeFileSync(seal, readFileSync(seal, 'utf8').replace(` ${ino}`, ` ${ino + 1}`))
    expect(await openedBeside(folder)).to.deep.equal(['copied', 1])
    expect(readdirSync(folder).filter((name) => name.startsWith('writing-'))).to.deep.equal([
      `writing-${otherFile}.1`
    ])
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
