// An index whose writer was killed is opened at once and verified behind. The goal: nobody waits, and damage is found all the same.
// The method: a process that really is killed between a commit and its seal, and files that were damaged after that.
import { expect } from 'chai'
import { spawnSync } from 'node:child_process'
import {
  closeSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  statSync,
  truncateSync,
  watch,
  writeFileSync,
  writeSync
} from 'node:fs'
import { join } from 'node:path'
import { openLmdbIndex, type LmdbIndex } from '../../../adapters/index/lmdb/index.ts'
import { noTelemetry } from '../../../replay/telemetry.ts'
import { removeFolder, temporaryFolder } from '../../support/fixture-home.ts'

const ENTRY = join(import.meta.dirname, '../../support/killed-writer-entry.ts')

const beginWith = (folder: string, head: string): ReadonlyArray<string> =>
  readdirSync(folder).filter((name) => name.startsWith(head))

/** Resolves when something holds that can only change with a name in a folder, or with the times of a file there. */
const until = (folder: string, holds: () => boolean): Promise<void> =>
  new Promise((resolve) => {
    const watcher = watch(folder, () => look())
    const look = (): void => {
      if (!holds()) return
      watcher.close()
      resolve()
    }
    look()
  })

describe('an index whose writer was killed', () => {
  let folder = ''
  let index: LmdbIndex | null = null
  let how = ''
  const data = (): string => join(folder, 'data.mdb')
  const open = (): LmdbIndex =>
    openLmdbIndex(folder, {
      ...noTelemetry,
      time: (name, labels) => {
        if (name === 'index.open.duration') how = (labels as { readonly how: string }).how
      }
    })
  beforeEach(() => {
    folder = temporaryFolder()
    spawnSync(process.execPath, ['--import', 'tsx', ENTRY, folder])
    expect(beginWith(folder, 'writing-')).to.have.length(1)
  })
  afterEach(async () => {
    await index?.close()
    index = null
    removeFolder(folder)
  })

  /** A byte of the only row, wherever it lies. */
  const damageRow = (): void => {
    const at = readFileSync(data()).indexOf('kept')
    expect(at).to.be.greaterThan(0)
    const file = openSync(data(), 'r+')
    for (let next = at; next !== -1; next = readFileSync(data()).indexOf('kept', next + 1))
      writeSync(file, 'lost', next)
    closeSync(file)
  }
  const isVerified = (): boolean =>
    [...beginWith(folder, 'writing-'), ...beginWith(folder, 'doubt-')].length === 0

  it('is opened as it is, and is like any other when it was found whole', async () => {
    index = open()
    expect([how, index.get(['kept'])]).to.deep.equal(['unverified', 1])
    index.seal()
    await until(folder, isVerified)
    await index.close()
    index = open()
    expect([how, index.get(['kept'])]).to.deep.equal(['as_left', 1])
  })

  it('is verified again by the next process when nobody has ended that', async () => {
    const [mark = ''] = beginWith(folder, 'writing-')
    await open().close()
    await until(folder, isVerified)
    writeFileSync(join(folder, mark), '')
    index = open()
    expect(how).to.equal('unverified')
    await until(folder, isVerified)
  })

  it('is damage to who uses it when a row is not whole, and is replaced', async () => {
    damageRow()
    index = open()
    expect(how).to.equal('unverified')
    const inUse = index
    index.seal()
    expect(inUse.isIntact()).to.equal(true)
    const sealed = statSync(data()).ctimeMs
    await until(folder, () => statSync(data()).ctimeMs !== sealed)
    expect(inUse.isIntact()).to.equal(false)
    await index.close()
    index = open()
    expect([how, index.get(['kept'])]).to.deep.equal(['replaced', undefined])
  })

  it('is copied or replaced first when it lacks pages', () => {
    truncateSync(data(), statSync(data()).size - 4096)
    index = open()
    expect(how).to.be.oneOf(['copied', 'replaced'])
  })

  it('is copied first when the system has gone down since', () => {
    const [mark = ''] = beginWith(folder, 'writing-')
    const other = mark.replace(/^writing-[^.]*/, 'writing-00000000-0000-0000-0000-000000000000')
    renameSync(join(folder, mark), join(folder, other))
    index = open()
    expect([how, index.get(['kept'])]).to.deep.equal(['copied', 1])
  })

  it('is copied first when who verified it did not come to an end', () => {
    const [mark = ''] = beginWith(folder, 'writing-')
    writeFileSync(join(folder, mark.replace('writing-', 'doubt-').replace(/\.\d+$/, '')), '')
    index = open()
    expect([how, index.get(['kept'])]).to.deep.equal(['copied', 1])
  })
})
