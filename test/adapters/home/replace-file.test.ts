// A file that is replaced or created is whole under its name at every moment, whichever call fails, and nothing stays beside it.
import { expect } from 'chai'
import { lstatSync, readdirSync, readFileSync, writeFileSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import { createFile, replaceFile } from '../../../adapters/home/replace-file.ts'
import { removeFolder, temporaryFolder } from '../../support/fixture-home.ts'
import { arm, disarm, unwatchCalls, watchCalls } from '../../torture/failing-calls.ts'

describe('a file that gets its name when it is whole', () => {
  let folder = ''
  let path = ''
  before(watchCalls)
  after(unwatchCalls)
  beforeEach(() => {
    folder = temporaryFolder()
    path = join(folder, 'file')
  })
  afterEach(() => {
    disarm()
    removeFolder(folder)
  })
  const temporaryOf = (): string => join(folder, 'other')

  it('is replaced with its mode, and what a killed process left is gone', () => {
    writeFileSync(path, 'old', { mode: 0o644 })
    writeFileSync(temporaryOf(), 'half of an older one')
    replaceFile(path, 'new', { temporary: temporaryOf(), mode: 0o600 })
    expect([readFileSync(path, 'utf8'), lstatSync(path).mode & 0o777]).to.deep.equal(['new', 0o600])
    expect(readdirSync(folder)).to.deep.equal(['file'])
  })

  for (const act of ['EIO', 'ENOSPC'] as const)
    it(`is the old one or the new one when a call fails with ${act}`, () => {
      for (let at = 1, isHit = true; isHit; at++) {
        writeFileSync(path, 'old')
        arm({ act, at, lasts: false }, [folder])
        let isDone = true
        try {
          replaceFile(path, 'new', { temporary: temporaryOf(), mode: 0o600 })
        } catch {
          isDone = false
        }
        isHit = disarm().hit !== null
        expect(readFileSync(path, 'utf8'), `call ${at}`).to.be.oneOf(
          isDone ? ['new'] : ['old', 'new']
        )
        expect(readdirSync(folder), `call ${at}`).to.deep.equal(['file'])
      }
    })

  const create = (): Promise<void> =>
    createFile(path, async (file) => void writeSync(file, 'new'), { temporary: temporaryOf() })

  it('is created, and never put over another one', async () => {
    await create()
    expect(readFileSync(path, 'utf8')).to.equal('new')
    writeFileSync(path, 'of somebody else')
    const failure = await create().catch((cause: unknown) => cause)
    expect(failure).to.have.property('code', 'EEXIST')
    expect(readFileSync(path, 'utf8')).to.equal('of somebody else')
    expect(readdirSync(folder)).to.deep.equal(['file'])
  })

  it('is not created by halves when its content cannot be made', async () => {
    const fails = createFile(
      path,
      async (file) => {
        writeSync(file, 'half')
        throw new Error('no more')
      },
      { temporary: temporaryOf() }
    )
    expect(await fails.catch((cause: unknown) => String(cause))).to.equal('Error: no more')
    expect(readdirSync(folder)).to.deep.equal([])
  })
})
