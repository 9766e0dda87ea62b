// One writer per thread: a lock is respected while its holder lives, and never kept after that.
import { expect } from 'chai'
import * as E from 'fp-ts/lib/Either.js'
import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, readdirSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { lockName, tryLock } from '../../../../adapters/log/jsonl/writer-lock.ts'
import { thisProcess } from '../../../../adapters/home/process-identity.ts'
import type { ProcessIdentity } from '../../../../replay/ports.ts'
import { ID, said, shown, storeOf } from '../../../support/appending.ts'
import { removeFolder, temporaryFolder } from '../../../support/fixture-home.ts'
import {
  linesOf,
  metaLine,
  rolloutPath,
  userLine,
  writeRollout
} from '../../../support/rollouts.ts'

describe('a thread that is locked', () => {
  let home = ''
  let path = ''
  beforeEach(() => {
    home = temporaryFolder()
    path = rolloutPath(home, ID)
    writeRollout(path, linesOf([metaLine(ID), userLine('one')]))
  })
  afterEach(() => removeFolder(home))

  const left = async (home: string) => {
    const answer = await storeOf(home).append(ID, 'any', [said('two')])()
    return E.isLeft(answer) ? answer.left : answer.right.next.revision
  }
  const leave = (holder: Partial<ProcessIdentity>): string => {
    const folder = join(home, '.unroll', 'locks')
    mkdirSync(folder, { recursive: true })
    const lock = join(folder, lockName(ID, { ...thisProcess(), ...holder }, 'x'))
    writeFileSync(lock, '')
    return lock
  }
  const dead = (): number => spawnSync(process.execPath, ['-e', '']).pid

  it('is busy while a running Codex has the thread', async () => {
    const folder = join(home, 'thread-writer-locks')
    mkdirSync(folder)
    writeFileSync(join(folder, `${ID}.lock`), '')
    const holding = ['-c', `exec 9>"$0"; flock 9; exec "$@"`, join(folder, `${ID}.lock`)]
    const script = `import('${import.meta.dirname}/../../../support/append-entry.ts')`
    const { stdout } = spawnSync(
      'bash',
      [...holding, process.execPath, '--import', 'tsx', '-e', script, 'once', home, ID],
      { encoding: 'utf8' }
    )
    expect(stdout).to.contain('"_tag":"Busy"')
    expect(await shown(home)).to.deep.equal(['meta', 'one'])
    expect(await left(home)).to.equal(3)
  })

  it('is not taken through a link', async () => {
    const elsewhere = temporaryFolder()
    symlinkSync(elsewhere, join(home, '.unroll'))
    expect(await left(home)).to.deep.include({ _tag: 'IoFailure', path: join(home, '.unroll') })
    expect([await shown(home), readdirSync(elsewhere)]).to.deep.equal([['meta', 'one'], []])
    removeFolder(elsewhere)
  })

  it('is busy while another process holds it', async () => {
    const lock = tryLock(home, ID)
    expect(await left(home)).to.deep.equal({
      _tag: 'Busy',
      what: `thread ${ID} (see ${join(home, '.unroll/locks')})`
    })
    lock?.release()
    expect(await left(home)).to.equal(3)
  })

  it('takes over from a process that is gone', async () => {
    const lock = leave({ pid: dead() })
    expect(await left(home)).to.equal(3)
    expect(existsSync(lock)).to.equal(false)
  })

  it('takes over from a process whose number is that of another one now', async () => {
    const lock = leave({ startTime: '1' })
    expect(await left(home)).to.equal(3)
    expect(existsSync(lock)).to.equal(false)
  })

  it('takes over from before the machine was started anew', async () => {
    const lock = leave({ bootId: '00000000-0000-0000-0000-000000000000' })
    expect(await left(home)).to.equal(3)
    expect(existsSync(lock)).to.equal(false)
  })

  it('does not judge a process of another container', async () => {
    const lock = leave({ pidNamespace: '1', pid: dead() })
    expect(await left(home)).to.deep.include({ _tag: 'Busy' })
    expect(existsSync(lock)).to.equal(true)
  })
})
