// What goes wrong while an append is written: other programs, full and failing disks. Nothing that was acknowledged is lost,
// and the answer tells where the events really stand. Faults come from a seam of two system calls.
import { expect } from 'chai'
import * as E from 'fp-ts/lib/Either.js'
import { spawnSync } from 'node:child_process'
import { appendFileSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { systemCalls, type FileCalls } from '../../../../adapters/log/jsonl/file-calls.ts'
import {
  ID,
  linesIn,
  revisions,
  said,
  shown,
  storeOf,
  untilReleased
} from '../../../support/appending.ts'
import { right } from '../../../support/engines.ts'
import { removeFolder, temporaryFolder } from '../../../support/fixture-home.ts'
import {
  linesOf,
  metaLine,
  rolloutPath,
  userLine,
  writeRollout
} from '../../../support/rollouts.ts'

describe('an append that is disturbed', () => {
  let home = ''
  let path = ''
  beforeEach(() => {
    home = temporaryFolder()
    path = rolloutPath(home, ID)
    writeRollout(path, linesOf([metaLine(ID), userLine('one')]))
  })
  afterEach(() => removeFolder(home))

  describe('beside a writer that knows no locks', () => {
    /** The foreign bytes come between the check and our write, once. */
    const intruding = (bytes: string, times = 1): Partial<FileCalls> => {
      const { write } = systemCalls()
      return {
        write: (file, ours) => {
          if (times-- > 0) appendFileSync(path, bytes)
          return write(file, ours)
        }
      }
    }
    const theirs = linesOf([userLine('theirs')])

    it('tells that the events stand elsewhere than expected', async () => {
      const store = storeOf(home, intruding(theirs))
      expect(await store.append(ID, 2, [said('a'), said('b')])()).to.deep.equal(
        E.left({ _tag: 'TailMoved', streamId: ID, expected: 2, actual: 3 })
      )
      expect(await shown(home)).to.deep.equal(['meta', 'one', 'theirs', 'a', 'b'])
      expect(await right(store.append(ID, 5, [said('c')]))).to.deep.nested.include({
        'from.revision': 5
      })
    })

    it('answers with the true place when no number was expected', async () => {
      const store = storeOf(home, intruding(theirs))
      const { from, next } = await right(store.append(ID, 'any', [said('a'), said('b')]))
      const lines = await linesIn(home)
      expect(lines[from.revision]).to.deep.include({ offset: from.offset })
      expect([from.revision, next.revision, next.offset]).to.deep.equal([3, 5, statSync(path).size])
    })

    it('counts what they wrote right behind our events', async () => {
      const { sync } = systemCalls()
      const store = storeOf(home, {
        sync: (file) => (appendFileSync(path, theirs), sync(file))
      })
      expect(revisions(await store.append(ID, 2, [said('a')])())).to.equal(2)
      expect(revisions(await store.append(ID, 'any', [said('b')])())).to.equal(4)
      expect(await shown(home)).to.deep.equal(['meta', 'one', 'a', 'theirs', 'b', 'theirs'])
    })

    it('writes a lone event again that was lost in their unfinished line', async () => {
      const store = storeOf(home, intruding('{"unfinished":'))
      const { from } = await right(store.append(ID, 'any', [said('a')]))
      expect(await shown(home)).to.deep.equal(['meta', 'one', 'not_json', 'a'])
      expect(from.revision).to.equal(3)
    })

    it('says so when the first of several was lost there', async () => {
      const store = storeOf(home, intruding('{"unfinished":'))
      const answer = await store.append(ID, 'any', [said('a'), said('b')])()
      expect(answer).to.deep.equal(
        E.left({
          _tag: 'IoFailure',
          operation: 'append to',
          path,
          cause:
            'another program wrote to it at the same moment: the first of 2 events was lost in a line ' +
            'that it did not finish, the others were written'
        })
      )
      expect(await shown(home)).to.deep.equal(['meta', 'one', 'not_json', 'b'])
    })

    it('notices that the file was deleted meanwhile', async () => {
      const { write } = systemCalls()
      const store = storeOf(home, {
        write: (file, bytes) => {
          removeFolder(path)
          return write(file, bytes)
        }
      })
      const answer = await store.append(ID, 2, [said('a')])()
      expect(E.isLeft(answer) && answer.left._tag).to.equal('IoFailure')
    })
  })

  describe('on a disk that fails', () => {
    const full = () =>
      Object.assign(new Error('ENOSPC: no space'), { code: 'ENOSPC', syscall: 'write' })

    /** Takes so many bytes, and no more until there is room again. */
    const smallDisk = (room: number) => {
      const { write } = systemCalls()
      const disk = { room }
      const calls: Partial<FileCalls> = {
        write: (file, bytes) => {
          if (disk.room === 0) throw full()
          const taken = write(file, bytes.subarray(0, disk.room))
          disk.room -= taken
          return taken
        }
      }
      return { disk, calls }
    }

    it('acknowledges only what is there whole, wherever the room ends', async () => {
      const [two, three] = [linesOf([userLine('two')]).length, linesOf([userLine('three')]).length]
      const before = readFileSync(path)
      for (let room = 0; room <= two + three; room++) {
        writeFileSync(path, before)
        const { disk, calls } = smallDisk(room)
        const store = storeOf(home, calls)
        const answers = await Promise.all([
          store.append(ID, 2, [said('two')])(),
          store.append(ID, 3, [said('three')])()
        ])
        expect(answers.map(E.isRight)).to.deep.equal([room >= two, room >= two + three])
        expect(readFileSync(path).subarray(0, before.length)).to.deep.equal(before)
        disk.room = Infinity
        await right(store.append(ID, 'any', [said('healed')]))
        const kept = answers.flatMap((answer, i) =>
          E.isRight(answer) ? [[answer.right.from.revision, ['two', 'three'][i]]] : []
        )
        const now = await shown(home)
        expect(kept.map(([revision]) => [revision, now[revision as number]])).to.deep.equal(kept)
        expect(now.at(-1)).to.equal('healed')
      }
    })

    it('goes on where the system took a part of the bytes at a time', async () => {
      const { write } = systemCalls()
      const calls = { write: (file: number, bytes: Buffer) => write(file, bytes.subarray(0, 7)) }
      await right(storeOf(home, calls).append(ID, 2, [said('two'), said('three')]))
      expect(await shown(home)).to.deep.equal(['meta', 'one', 'two', 'three'])
    })

    it('acknowledges nothing that it could not put on disk', async () => {
      const { sync } = systemCalls()
      let fails = true
      const store = storeOf(home, {
        sync: async (file) => {
          if (!fails) return sync(file)
          fails = false
          throw Object.assign(new Error('EIO: i/o error'), { code: 'EIO', syscall: 'fdatasync' })
        }
      })
      expect(await store.append(ID, 2, [said('two')])()).to.deep.equal(
        E.left({
          ...{ _tag: 'IoFailure', operation: 'fdatasync', path },
          ...{ cause: 'EIO: i/o error', systemCode: 'EIO' }
        })
      )
      expect(revisions(await store.append(ID, 3, [said('three')])())).to.equal(3)
    })

    it('leaves one unfinished line on a disk that is really full, and goes on when there is room', async () => {
      const disk = join(home, 'disk')
      mkdirSync(disk)
      const mounted = spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=64k', 'tmpfs', disk])
      // Not everywhere may a test mount a disk.
      if (mounted.status !== 0) return
      try {
        const small = rolloutPath(disk, ID)
        writeRollout(small, linesOf([metaLine(ID)]))
        const store = storeOf(disk)
        const message = 'x'.repeat(1000)
        let done = 0
        for (; done < 100; done++)
          if (E.isLeft(await store.append(ID, done + 1, [said(message)])())) break
        expect(done).to.be.lessThan(100)
        expect(await shown(disk)).to.deep.equal(['meta', ...Array(done).fill(message)])
        spawnSync('mount', ['-o', 'remount,size=128k', disk])
        await right(store.append(ID, 'any', [said('healed')]))
        const now = (await shown(disk)).filter((line) => line !== 'not_json')
        expect(now).to.deep.equal(['meta', ...Array(done).fill(message), 'healed'])
      } finally {
        await untilReleased()
        spawnSync('umount', [disk])
      }
    })
  })
})
