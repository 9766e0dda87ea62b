// The lock that is one file: who gets it, what a process that is gone leaves, and what a disk that fails leaves.
import { expect } from 'chai'
import { spawnSync } from 'node:child_process'
import fs, { existsSync, readdirSync, readFileSync, utimesSync, writeFileSync } from 'node:fs'
import { syncBuiltinESMExports } from 'node:module'
import { join } from 'node:path'
import {
  acquireLockFile,
  isHalfLock,
  isLeftBehind,
  PID_ALONE,
  type LockFile
} from '../../../adapters/home/lock-file.ts'
import { thisProcess } from '../../../adapters/home/process-identity.ts'
import { removeFolder, temporaryFolder } from '../../support/fixture-home.ts'

const dead = (): number => spawnSync(process.execPath, ['-e', '']).pid
const acquired = (lock: LockFile | null): LockFile => {
  if (lock === null) throw new Error('it is held')
  return lock
}

describe('a lock file', () => {
  let folder = ''
  let path = ''
  const { bootId, startTime } = thisProcess()
  beforeEach(() => {
    folder = temporaryFolder()
    path = join(folder, 'a.lock')
  })
  afterEach(() => removeFolder(folder))

  it('says who has it, and is gone when it is released', () => {
    const lock = acquired(acquireLockFile(path))
    expect(readFileSync(path, 'utf8')).to.equal(`${process.pid} ${startTime} ${bootId}`)
    expect([lock.leftOver, readdirSync(folder)]).to.deep.equal([false, ['a.lock']])
    lock.release()
    expect(readdirSync(folder)).to.deep.equal([])
  })

  it('holds a process number and a newline where that is all it ever held', () => {
    const lock = acquired(acquireLockFile(path, PID_ALONE))
    expect(readFileSync(path, 'utf8')).to.equal(`${process.pid}\n`)
    lock.release()
  })

  it('is held once in a process, and again after it was released', () => {
    const lock = acquired(acquireLockFile(path))
    expect([acquireLockFile(path), isLeftBehind(path)]).to.deep.equal([null, false])
    lock.release()
    acquired(acquireLockFile(path)).release()
  })

  it('tells the next one what was not finished, until somebody finishes it', () => {
    acquired(acquireLockFile(path)).release(false)
    expect(isLeftBehind(path)).to.equal(true)
    const next = acquired(acquireLockFile(path))
    expect(next.leftOver).to.equal(true)
    next.release()
    expect(acquired(acquireLockFile(path)).leftOver).to.equal(false)
  })

  it('of a process that lives is not taken', () => {
    const stat = readFileSync(`/proc/${process.ppid}/stat`, 'utf8')
    const start = stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19]
    writeFileSync(path, `${process.ppid} ${start} ${bootId}`)
    expect([acquireLockFile(path), isLeftBehind(path)]).to.deep.equal([null, false])
    writeFileSync(path, `${process.ppid}\n`)
    expect(acquireLockFile(path, PID_ALONE)).to.equal(null)
  })

  const GONE: ReadonlyArray<readonly [string, () => string]> = [
    ['a process that has ended', () => `${dead()} 1 ${bootId}`],
    ['another process that had the number', () => `${process.ppid} 1 ${bootId}`],
    ['a process from before the machine was started anew', () => `${process.ppid} 1 other`]
  ]
  for (const [who, text] of GONE)
    it(`of ${who} is taken over, and tells it`, () => {
      writeFileSync(path, text())
      expect(isLeftBehind(path)).to.equal(true)
      const lock = acquired(acquireLockFile(path))
      expect(lock.leftOver).to.equal(true)
      expect(readFileSync(path, 'utf8')).to.equal(`${process.pid} ${startTime} ${bootId}`)
      lock.release()
      expect(readdirSync(folder)).to.deep.equal([])
    })

  it('that names nobody is left alone for as long as its maker may need, and then taken over', () => {
    writeFileSync(path, '')
    expect(acquireLockFile(path, PID_ALONE)).to.equal(null)
    utimesSync(path, 1, 1)
    acquired(acquireLockFile(path, PID_ALONE)).release()
  })

  it('is not taken over by two at once, and goes on when one of them was killed in the middle', () => {
    const gone = `${dead()} 1 ${bootId}`
    writeFileSync(path, gone)
    writeFileSync(`${path}.next`, gone)
    expect(acquireLockFile(path)).to.equal(null)
    expect(readdirSync(folder)).to.deep.equal(['a.lock'])
    acquired(acquireLockFile(path)).release()
  })

  it('sweeps what was never finished by processes that are gone, when that is old', () => {
    const [old, young] = [`b.lock.${dead()}`, `b.lock.next.${dead()}`]
    for (const name of [old, young]) writeFileSync(join(folder, name), '')
    utimesSync(join(folder, old), 1, 1)
    expect([old, young, `b.lock.${process.ppid}`, 'b.lock'].map(isHalfLock)).to.deep.equal([
      ...[true, true, false, false]
    ])
    acquired(acquireLockFile(path)).release()
    expect(readdirSync(folder)).to.deep.equal([young])
  })

  it('needs no second names of files', () => {
    const without = (): never => {
      throw Object.assign(new Error('no links here'), { code: 'EPERM' })
    }
    const { linkSync } = fs
    fs.linkSync = without
    syncBuiltinESMExports()
    try {
      const lock = acquired(acquireLockFile(path))
      expect(readFileSync(path, 'utf8')).to.equal(`${process.pid} ${startTime} ${bootId}`)
      expect(acquireLockFile(path)).to.equal(null)
      lock.release()
    } finally {
      fs.linkSync = linkSync
      syncBuiltinESMExports()
    }
    expect(existsSync(path)).to.equal(false)
  })
})
