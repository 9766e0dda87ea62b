// What long trials found once, each by itself: a failing system call right behind the taking of a lock, a write that takes a part
// of a line, an index that cannot be noted as whole or not be written any more, a lock without an owner, a folder without its name.
import { expect } from 'chai'
import * as E from 'fp-ts/lib/Either.js'
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  utimesSync,
  writeFileSync
} from 'node:fs'
import { join } from 'node:path'
import { check } from '../../adapters/upkeep/check/check.ts'
import { holdHome } from '../../adapters/home/hold.ts'
import { appendLine } from '../../adapters/home/own-folder.ts'
import { seal } from '../../adapters/index/lmdb/seal.ts'
import { markOn } from '../../adapters/index/lmdb/writing.ts'
import { openLmdbIndex } from '../../adapters/index/lmdb/index.ts'
import { whileOpening } from '../../adapters/index/lmdb/opening.ts'
import { fallingBack } from '../../adapters/index/memory/falling-back.ts'
import { memoryIndex } from '../../adapters/index/memory/index.ts'
import type { StoreError } from '../../domain/errors.ts'
import type { Index } from '../../replay/ports.ts'
import { right, withEngine } from '../support/engines.ts'
import { copyHome, removeFolder, temporaryFolder } from '../support/fixture-home.ts'
import { PLAIN } from '../support/room.ts'
import { initialized } from '../support/rpc-client.ts'
import { arm, disarm, unwatchCalls, watchCalls, type Act } from './failing-calls.ts'
import { glueLines, operation, recordedFile, tortureHome } from './operations.ts'
import { MOVED, OLD, said } from './threads.ts'

describe('a fault that was found once', () => {
  let folder = ''
  before(watchCalls)
  after(unwatchCalls)
  beforeEach(() => (folder = temporaryFolder()))
  afterEach(() => {
    disarm()
    removeFolder(folder)
  })

  /** The right to move files, with the n-th call failing, and at once again without that. */
  const held = async (act: Act, at: number, lasts: boolean) => {
    arm({ act, at, lasts }, [folder])
    const first = await holdHome(folder).catch((cause: unknown) => E.left(String(cause)))
    if (E.isRight(first)) await first.right.release(true)
    const { hit } = disarm()
    const again = await holdHome(folder)
    if (E.isRight(again)) await again.right.release(true)
    return { isHit: hit !== null, again: again._tag }
  }

  for (const act of ['EIO', 'ENOSPC'] as const)
    for (const lasts of [false, true])
      it(`(${act}) leaves no lock of the files taken, nor half of one${lasts ? ', when the disk goes on failing' : ''}`, async () => {
        for (let at = 1, isHit = true; isHit; at++) {
          const tried = await held(act, at, lasts)
          expect(tried.again, `call ${at}`).to.equal('Right')
          expect(readdirSync(join(folder, '.unroll')), `call ${at}`).to.deep.equal([])
          isHit = tried.isHit
        }
      })

  it('leaves nothing of a lock at once when there is no room for it', async () => {
    mkdirSync(join(folder, '.unroll'))
    arm({ act: 'ENOSPC', at: 1, lasts: true }, [folder])
    expect(await holdHome(folder).catch(() => 'failed')).to.not.have.property('_tag', 'Right')
    disarm()
    expect(readdirSync(join(folder, '.unroll'))).to.deep.equal([])
  })

  it('says to a client that something could not be changed, not that it could not be read', async () => {
    const home = copyHome('basic-142')
    const client = await initialized(home)
    await client.ask('thread/list', {})
    mkdirSync(join(home, '.unroll'))
    arm({ act: 'ENOSPC', at: 2, lasts: true }, [home])
    const { error } = await client.ask('thread/archive', { threadId: PLAIN })
    disarm()
    const { code, message } = error as { readonly code: number; readonly message: string }
    expect(code).to.equal(-32603)
    // Which call fails first depends on how Node writes a file.
    expect(message.replaceAll(home, 'HOME').replace(/lock\.\d+/g, 'lock.PID')).to.match(
      /^failed to change thread: cannot (open|write) HOME\/\.unroll\/files\.lock\.PID: ENOSPC: no space left on device/
    )
    await client.close()
    removeFolder(home)
  })

  it('lets a line be written whole though the system takes a part at a time', () => {
    const path = join(folder, 'names')
    arm({ act: 'short', at: 1, lasts: true }, [folder])
    appendLine(path, '{"name":"a name"}', { durable: true })
    disarm()
    expect(readFileSync(path, 'utf8')).to.equal('{"name":"a name"}\n')
  })

  it('does not end the process when an index cannot be noted as whole', () => {
    writeFileSync(join(folder, 'data.mdb'), '')
    for (let at = 1, isHit = true; isHit; at++) {
      arm({ act: 'EIO', at, lasts: true }, [folder])
      expect(() => seal(folder, { inode: 1n, mark: markOn(folder, 1n) })).to.not.throw()
      isHit = disarm().hit !== null
    }
  })

  it('leaves no lock of an index that says nobody’s name, and one that is there is taken over', () => {
    const lock = join(folder, 'opening.lock')
    arm({ act: 'ENOSPC', at: 1, lasts: false }, [folder])
    expect(() => whileOpening(folder, () => 'opened')).to.throw('ENOSPC')
    disarm()
    writeFileSync(lock, '')
    utimesSync(lock, 1, 1)
    expect(whileOpening(folder, () => 'opened')).to.equal('opened')
    expect(existsSync(lock)).to.equal(false)
  })

  it('is told as a failure of the disk, not as a thread that is archived already', async () => {
    const home = tortureHome()
    await withEngine({ home }, async (engine) => {
      await right(engine.status())
      for (let at = 1, isHit = true; isHit; at++) {
        arm({ act: 'EIO', at, lasts: true }, [home])
        const answer = await operation('archive').run(engine, home)
        const { hit } = disarm()
        isHit = hit !== null
        const where = `${hit?.name} ${hit?.paths.join()}`
        if (E.isLeft(answer)) expect(answer.left._tag, where).to.equal('IoFailure')
        // What was told as failed may have been finished all the same.
        await engine.unarchive(MOVED)()
      }
    })
    removeFolder(home)
  })

  for (const act of ['EIO', 'EMFILE'] as const)
    it(`makes a check say what it cannot read, and nothing else of it (${act})`, async () => {
      const home = tortureHome()
      const kinds = async (): Promise<ReadonlyArray<string>> => {
        const found: Array<string> = []
        for await (const { kind } of check({ home, index: 'memory' })) found.push(kind)
        return found
      }
      expect(await kinds()).to.deep.equal([])
      for (let at = 1, isHit = true; isHit; at++) {
        arm({ act, at, lasts: false }, [home])
        const found = await kinds()
        const { hit } = disarm()
        isHit = hit !== null
        const where = `${hit?.name} ${hit?.paths.join()}`
        expect([...new Set(found)].join(), where).to.be.oneOf([
          '',
          'unreadable_file',
          'state_unreadable'
        ])
      }
      removeFolder(home)
    })

  it('leaves no writer locked out when a repair meets a disk that goes on failing', async () => {
    const home = tortureHome()
    glueLines(recordedFile(home, OLD))
    await withEngine({ home }, async (engine) => {
      for (let at = 1, isHit = true; isHit; at += 7) {
        arm({ act: 'EIO', at, lasts: true }, [home])
        await operation('repair').run(engine, home)
        isHit = disarm().hit !== null
        const next = await engine.append(OLD, [said('next')])()
        expect(next._tag, `call ${at}`).to.equal('Right')
      }
    })
    removeFolder(home)
  })
})

describe('an index that refuses a commit', () => {
  const WHY: StoreError = { _tag: 'IoFailure', operation: 'write', path: 'x', cause: 'ENOSPC' }

  /** Commits so many times, and no more. */
  const full = (index: Index, commits: number): Index => ({
    ...index,
    commit: (...asked) => (commits-- > 0 ? index.commit(...asked) : async () => E.left(WHY))
  })

  it('goes on in memory with all it held, and says so once', async () => {
    const told: Array<StoreError> = []
    const index = fallingBack(full(memoryIndex(), 1), (why) => void told.push(why))
    const put = (key: string, json: string) => index.commit([{ key: ['t', key], json }], [])()
    expect([await put('a', '1'), await put('b', '2'), await put('c', '3')]).to.deep.equal(
      Array(3).fill(E.right('committed'))
    )
    expect(index.range(['t'], ['u'], Infinity, false)).to.deep.equal([
      [['t', 'a'], 1],
      [['t', 'b'], 2],
      [['t', 'c'], 3]
    ])
    expect(told).to.deep.equal([WHY])
  })

  it('holds every row of an index in LMDB then', async () => {
    const folder = temporaryFolder()
    const lmdb = openLmdbIndex(folder)
    const index = fallingBack(full(lmdb, 1), () => undefined)
    await index.commit([{ key: ['t', 1, 'ü'], json: '{"a":1}' }], [])()
    await index.commit([{ key: ['t', 2, ''], json: '{"a":2}' }], [])()
    const keys = [
      ['t', 1, 'ü'],
      ['t', 2, '']
    ]
    expect(index.keys(['t'], ['u'])).to.deep.equal(keys)
    expect(lmdb.keys(['t'], ['u'])).to.deep.equal(keys.slice(0, 1))
    await index.close()
    removeFolder(folder)
  })
})
