// Appending to the files of a home. The goal: nothing that stands in a file is changed, nothing that was acknowledged is
// lost, and the answer tells where the events really stand. Faults come from a seam of two system calls.
import { expect } from 'chai'
import * as E from 'fp-ts/lib/Either.js'
import {
  appendFileSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync
} from 'node:fs'
import { dirname, join } from 'node:path'
import { systemCalls } from '../../../../adapters/log/jsonl/file-calls.ts'
import { streamId } from '../../../../domain/ids.ts'
import type { NewEvent } from '../../../../domain/changes/new-event.ts'
import { isDamaged } from '../../../../replay/ports.ts'
import {
  ID,
  linesIn,
  revisions,
  said,
  shown,
  storeOf,
  untilReleased
} from '../../../support/appending.ts'
import { right, turnsOf, withEngine } from '../../../support/engines.ts'
import { copyHome, FIXTURES, removeFolder, temporaryFolder } from '../../../support/fixture-home.ts'
import {
  idOf,
  linesOf,
  metaLine,
  rolloutPath,
  userLine,
  writeRollout
} from '../../../support/rollouts.ts'

describe('appending to a home', () => {
  let home = ''
  let path = ''
  beforeEach(() => {
    home = temporaryFolder()
    path = rolloutPath(home, ID)
    writeRollout(path, linesOf([metaLine(ID), userLine('one')]))
  })
  afterEach(() => removeFolder(home))

  it('writes whole lines behind the last byte, and nothing else', async () => {
    const before = readFileSync(path, 'utf8')
    const done = await right(storeOf(home).append(ID, 2, [said('two'), said('three')]))
    const after = readFileSync(path, 'utf8')
    expect(after).to.equal(before + linesOf([userLine('two'), userLine('three')]))
    expect(done).to.deep.equal({
      streamId: ID,
      from: { revision: 2, segment: 0, offset: before.length },
      next: { revision: 4, segment: 0, offset: after.length },
      path
    })
    expect(readdirSync(join(home, '.unroll', 'locks'))).to.have.length(1)
    await untilReleased()
    expect(readdirSync(join(home, '.unroll', 'locks'))).to.deep.equal([])
    expect([join(home, '.unroll'), join(home, '.unroll/locks')].map((p) => statSync(p).mode & 0o777))
      .to.deep.equal([0o700, 0o700]) // oxfmt-ignore
  })

  describe('with an unfinished last line', () => {
    it('closes a torn one, which is a damaged line from then on', async () => {
      const torn = '{"timestamp":"2026-05-01T10:00:00.000Z","type":"eve'
      appendFileSync(path, torn)
      const store = storeOf(home)
      const done = await right(store.append(ID, 2, [said('two')]))
      expect([done.from.revision, done.next.revision]).to.deep.equal([3, 4])
      expect(await shown(home)).to.deep.equal(['meta', 'one', 'not_json', 'two'])
      expect(await right(store.append(ID, 4, [said('three')]))).to.deep.include({ from: done.next })
    })

    it('keeps a whole one as the event it is', async () => {
      appendFileSync(path, userLine('unfinished'))
      const done = await right(storeOf(home).append(ID, 3, [said('two')]))
      expect([done.from.revision, done.from.offset]).to.deep.equal([
        3,
        linesOf([metaLine(ID), userLine('one'), userLine('unfinished')]).length
      ])
      expect(await shown(home)).to.deep.equal(['meta', 'one', 'unfinished', 'two'])
    })

    it('writes nothing when the revision is another, not even the newline', async () => {
      appendFileSync(path, '{"torn')
      const before = readFileSync(path)
      expect(await storeOf(home).append(ID, 3, [said('two')])()).to.deep.include({ _tag: 'Left' })
      expect(readFileSync(path)).to.deep.equal(before)
    })

    it('goes on whatever byte the file was cut at', async () => {
      const whole = linesOf([userLine('two'), userLine('grüße')])
      const bytes = Buffer.from(whole)
      const head = readFileSync(path)
      for (let cut = 0; cut <= bytes.length; cut++) {
        writeFileSync(path, Buffer.concat([head, bytes.subarray(0, cut)]))
        const before = await linesIn(home)
        const { from } = await right(storeOf(home).append(ID, before.length, [said('last')]))
        const lines = await linesIn(home)
        expect(lines[from.revision]).to.deep.include({ offset: from.offset })
        expect((await shown(home)).filter((line) => line === 'last')).to.have.length(1)
        expect(lines.slice(0, before.length)).to.deep.equal(before)
      }
    })
  })

  describe('of numbered lines', () => {
    const fixture = (name: string) => {
      removeFolder(home)
      home = copyHome(name)
      const store = storeOf(home)
      const infos = store.list()
      if (E.isLeft(infos)) throw new Error('no streams')
      return { store, infos: infos.right.streams }
    }

    it('goes on from the last number of the newest segment, in every thread of 0.169', async () => {
      for (const name of ['compaction-169', 'basic-169', 'errors-169']) {
        const { store, infos } = fixture(name)
        for (const { streamId: id } of infos) {
          const before = await linesIn(home, id)
          const { next } = await right(store.append(id, before.length, [said('a'), said('b')]))
          const after = await linesIn(home, id)
          const ordinals = after.map((line) =>
            isDamaged(line) ? null : (line.line.ordinal ?? null)
          )
          const last = ordinals[before.length - 1] ?? null
          expect(ordinals.slice(before.length)).to.deep.equal(
            last === null ? [null, null] : [last + 1, last + 2]
          )
          expect([after.slice(0, before.length), next.revision]).to.deep.equal([
            before,
            before.length + 2
          ])
        }
      }
    })

    it('goes on from the last line that can be read', async () => {
      const meta = { history_mode: 'paginated' }
      const one = JSON.parse(userLine('one'))
      const numbered = (ordinal: number) => JSON.stringify({ ...one, ordinal })
      const torn = numbered(7).slice(0, -2)
      writeRollout(path, linesOf([metaLine(ID, meta), numbered(6), '', torn, '{"ordinal":9}']))
      await right(storeOf(home).append(ID, 4, [said('two')]))
      const [last] = (await linesIn(home)).slice(-1)
      expect(last).to.have.nested.property('line.ordinal', 7)
    })

    it('counts lines where none of them has a number', async () => {
      writeRollout(path, linesOf([metaLine(ID, { history_mode: 'paginated' }), userLine('one')]))
      await right(storeOf(home).append(ID, 2, [said('two')]))
      expect((await linesIn(home))[2]).to.have.nested.property('line.ordinal', 2)
    })
  })

  describe('of a compressed thread', () => {
    const NAME = 'rollout-2026-11-21T07-09-43-01a1fcf0-83af-7753-9105-268919d49185.jsonl'
    const packed = streamId('01a1fcf0-83af-7753-9105-268919d49185')
    const plain = join(FIXTURES, 'homes/unicode-long-142/home/sessions/2026/11/21', NAME)
    let archive = ''
    beforeEach(() => {
      archive = join(home, 'archived_sessions')
      mkdirSync(archive)
      copyFileSync(join(FIXTURES, 'compressed', `${NAME}.zst`), join(archive, `${NAME}.zst`))
    })

    it('expands it first, and the thread stays archived', async () => {
      const done = await right(storeOf(home).append(packed, 'stream_exists', [said('later')]))
      expect(readdirSync(archive)).to.deep.equal([NAME])
      const bytes = readFileSync(join(archive, NAME), 'utf8')
      expect(bytes).to.equal(readFileSync(plain, 'utf8') + linesOf([userLine('later')]))
      expect(done.path).to.equal(join(archive, NAME))
    })

    it('expands it beside what a killed process of the same number left', async () => {
      const left = `${NAME}.${process.pid}.tmp`
      writeFileSync(join(archive, left), 'half')
      await right(storeOf(home).append(packed, 'stream_exists', [said('later')]))
      expect(readdirSync(archive).toSorted()).to.deep.equal([NAME, left].toSorted())
    })

    it('leaves half a compressed file as it is', async () => {
      const zst = join(archive, `${NAME}.zst`)
      writeFileSync(zst, readFileSync(zst).subarray(0, -20))
      const before = readFileSync(zst)
      const failed = await storeOf(home).append(packed, 'any', [said('later')])()
      expect(E.isLeft(failed) && failed.left._tag).to.equal('IoFailure')
      expect(readdirSync(archive)).to.deep.equal([`${NAME}.zst`])
      expect(readFileSync(zst)).to.deep.equal(before)
    })

    it('waits while Codex compresses archived threads', async () => {
      mkdirSync(join(home, '.tmp'))
      const marker = join(home, '.tmp', 'rollout-compression.lock')
      writeFileSync(marker, '')
      const busy = await storeOf(home).append(packed, 'any', [said('later')])()
      expect(E.isLeft(busy) && busy.left._tag).to.equal('Busy')
      utimesSync(marker, 1, 1)
      expect(await storeOf(home).append(packed, 'any', [said('later')])()).to.deep.include({
        _tag: 'Right'
      })
    })
  })

  it('follows a thread that was archived since the last append', async () => {
    const store = storeOf(home)
    await right(store.append(ID, 2, [said('two')]))
    const moved = join(home, 'archived_sessions', path.split('/').at(-1) ?? '')
    mkdirSync(dirname(moved))
    renameSync(path, moved)
    expect(await right(store.append(ID, 3, [said('three')]))).to.deep.include({ path: moved })
    expect(await shown(home)).to.deep.equal(['meta', 'one', 'two', 'three'])
    expect(existsSync(path)).to.equal(false)
  })

  describe('with a link in the way', () => {
    it('does not follow a linked rollout', async () => {
      const elsewhere = join(home, 'elsewhere.jsonl')
      renameSync(path, elsewhere)
      symlinkSync(elsewhere, path)
      const before = readFileSync(elsewhere)
      expect(await storeOf(home).append(ID, 'any', [said('two')])()).to.deep.equal(
        E.left({ _tag: 'StreamNotFound', streamId: ID })
      )
      expect(readFileSync(elsewhere)).to.deep.equal(before)
    })

    it('does not write through a linked folder', async () => {
      const elsewhere = temporaryFolder()
      renameSync(join(home, 'sessions'), join(elsewhere, 'sessions'))
      symlinkSync(join(elsewhere, 'sessions'), join(home, 'sessions'))
      const before = readFileSync(path)
      const store = storeOf(home)
      const there = await store.append(ID, 'any', [said('two')])()
      const meta = JSON.parse(metaLine(idOf(2))) as NewEvent
      const fresh = await store.append(streamId(idOf(2)), 'no_stream', [meta])()
      for (const refused of [there, fresh])
        expect(E.isLeft(refused) && refused.left._tag).to.equal('NotPossible')
      expect(readFileSync(path)).to.deep.equal(before)
      expect(readdirSync(dirname(path))).to.have.length(1)
      removeFolder(elsewhere)
    })

    it('refuses an id that is none', async () => {
      const meta = JSON.parse(metaLine('../../x')) as NewEvent
      expect(await storeOf(home).append(streamId('../../x'), 'no_stream', [meta])()).to.deep.equal(
        E.left({ _tag: 'InvalidRequest', message: '"../../x" is not the id of a thread' })
      )
    })
  })

  it('writes what waits together, and answers each call with its own place', async () => {
    const { write, sync } = systemCalls()
    const count = { writes: 0, syncs: 0 }
    const store = storeOf(home, {
      write: (file, bytes) => (count.writes++, write(file, bytes)),
      sync: (file) => (count.syncs++, sync(file))
    })
    const answers = await Promise.all(
      Array.from({ length: 100 }, (_, i) => store.append(ID, 'any', [said(`m${i}`)])())
    )
    const now = await shown(home)
    expect(answers.map(revisions)).to.deep.equal(answers.map((_, i) => i + 2))
    expect(now.slice(2)).to.deep.equal(answers.map((_, i) => `m${i}`))
    expect(count).to.deep.equal({ writes: 1, syncs: 1 })
  })

  it('lets the engine show what was appended, and takes its place as known', () =>
    withEngine({ home }, async (engine) => {
      expect(await turnsOf(engine, ID)).to.have.length(1)
      const { next } = await right(engine.append(ID, [said('two')], 2))
      expect(await turnsOf(engine, ID)).to.have.length(2)
      await right(engine.append(ID, [said('three')], next.revision))
      expect(await turnsOf(engine, ID)).to.have.length(3)
      const begun = idOf(2)
      await right(engine.append(begun, [JSON.parse(metaLine(begun)), said('hello')], 'no_stream'))
      expect(await turnsOf(engine, begun)).to.have.length(1)
      expect(readdirSync(join(home, 'sessions/2026/05/01'))).to.have.length(2)
    }))
})
