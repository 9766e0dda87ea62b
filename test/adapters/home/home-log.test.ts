// Logs of a home: what is appended is read again from both ends and from any line; read models over them read only what is
// new. The expected rows come from the records the test appended.
import { expect } from 'chai'
import * as E from 'fp-ts/lib/Either.js'
import { appendFileSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { directoryOf } from '../../../adapters/log/eventstore/directory/directory.ts'
import { storeLogs } from '../../../adapters/log/eventstore/life/home-log.ts'
import { homeLog } from '../../../adapters/home/home-log.ts'
import { memoryHomeLog } from '../../support/memory-home-log.ts'
import { memoryIndex } from '../../../adapters/index/memory/index.ts'
import type { HomeLogModel } from '../../../projections/projection.ts'
import { foldHomeLog } from '../../../replay/ledgers/home-log.ts'
import type { HomeLog, HomeLogLine } from '../../../replay/home-ports.ts'
import type { Index } from '../../../replay/ports.ts'
import { removeFolder, temporaryFolder } from '../../support/fixture-home.ts'
import { memoryWire } from '../../support/memory-wire.ts'

const all = async <A>(lines: AsyncIterable<A>): Promise<ReadonlyArray<A>> => {
  const found: Array<A> = []
  for await (const line of lines) found.push(line)
  return found
}

const texts = (lines: ReadonlyArray<HomeLogLine>) => lines.map(({ text }) => text)

const folders: Array<string> = []
const freshHome = (): string => {
  const home = temporaryFolder()
  folders.push(home)
  return home
}
after(() => folders.forEach(removeFolder))

const contract = (make: () => HomeLog): void => {
  it('gives back what was appended, from any line on and from the end', async () => {
    const log = make()
    const records = Array.from({ length: 3000 }, (_, n) => ({ n, text: 'ü'.repeat(n % 90) }))
    for (const record of records)
      expect(await log.append(record, false)).to.deep.equal(E.right(undefined))
    const lines = await all(log.read(0))
    expect(texts(lines)).to.deep.equal(records.map((record) => JSON.stringify(record)))
    expect(await all(log.readBackwards())).to.deep.equal([...lines].reverse())
    const middle = lines[1234] as HomeLogLine
    expect(await all(log.read(middle.offset))).to.deep.equal(lines.slice(1234))
    expect(await log.verify(middle)).to.deep.equal(E.right(true))
    expect(await log.verify({ ...middle, offset: middle.offset + 1 })).to.deep.equal(E.right(false))
  })

  it('is nothing before the first record', async () => {
    const log = make()
    expect(await log.look()).to.deep.equal(E.right(null))
    expect([await all(log.read(0)), await all(log.readBackwards())]).to.deep.equal([[], []])
  })

  it('is folded only as far as it is new', async () => {
    const log = make()
    const index = memoryIndex()
    const from: Array<number> = []
    const watched: HomeLog = {
      ...log,
      read: (fromBytes) => {
        from.push(fromBytes)
        return log.read(fromBytes)
      }
    }
    await log.append({ n: 1 }, false)
    await fold(index, watched)
    await fold(index, watched)
    await log.append({ n: 2 }, false)
    await fold(index, watched)
    expect(from).to.deep.equal([0, '{"n":1}\n'.length])
  })
}

/** One row per line; the state counts them. */
const counting: HomeLogModel<number> = {
  name: 'counting',
  version: 1,
  tables: ['', '.by'],
  initial: 0,
  evolve: (state, { text, offset }, { table, rows }) => {
    const before = rows.get([`${table}.by`, text]) as number | undefined
    const writes = [
      { key: [table, state], value: { text, offset } },
      { key: [`${table}.by`, text], value: (before ?? 0) + 1 }
    ]
    return [state + 1, writes]
  }
}

const rowsOf = (index: Index) =>
  index
    .range(['counting'], ['counting\u{10ffff}'], Infinity, false)
    .map(([key, value]) => [String(key[0]).replace(/^counting@1\/home/, ''), key[1], value])

const fold = async (index: Index, log: HomeLog) => {
  expect(E.isRight(await foldHomeLog(index, log, counting))).to.equal(true)
  return rowsOf(index)
}

const pathIn = (home: string): string => join(home, '.unroll/observations.jsonl')
const observations = (home: string): HomeLog => homeLog(home)('observations')
const write = (home: string, text: string): void => {
  mkdirSync(join(home, '.unroll'), { recursive: true })
  writeFileSync(pathIn(home), text)
}

let ids = 0
const stored = (wire = memoryWire()): HomeLog =>
  storeLogs(wire, directoryOf(wire, memoryIndex()), {
    newId: () => `00000000-0000-7000-8000-${String(++ids).padStart(12, '0')}`,
    nowMs: () => 1_760_000_000_000,
    process: { pid: 1, user: 'nobody' }
  })('operations')

describe('a log in a store of streams', () => {
  contract(() => stored())

  it('takes records of several nodes, each once, at bytes that follow each other', async () => {
    const wire = memoryWire()
    const nodes = [stored(wire), stored(wire), stored(wire)]
    await Promise.all(
      nodes.map(async (log, node) => {
        for (let n = 0; n < 20; n++)
          expect(await log.append({ node, n }, true)).to.deep.equal(E.right(undefined))
      })
    )
    const [first] = nodes
    const lines = await all((first as HomeLog).read(0))
    let offset = 0
    for (const line of lines) {
      expect(line.offset).to.equal(offset)
      offset += line.bytes + 1
    }
    const records = lines.map(({ text }) => JSON.parse(text) as { node: number; n: number })
    for (const node of [0, 1, 2])
      expect(records.filter((record) => record.node === node)).to.deep.equal(
        Array.from({ length: 20 }, (_, n) => ({ node, n }))
      )
    expect(await first?.look()).to.deep.include({ _tag: 'Right' })
  })

  it('takes a record that is larger than the server takes in one call', async () => {
    const wire = memoryWire({ bytesMax: 8 * 1024 })
    const log = stored(wire)
    const records = [{ n: 1 }, { n: 2, text: 'ü'.repeat(20_000) }, { n: 3 }]
    for (const record of records)
      expect(await log.append(record, true)).to.deep.equal(E.right(undefined))
    const other = stored(wire)
    const lines = await all(other.read(0))
    expect(texts(lines)).to.deep.equal(records.map((record) => JSON.stringify(record)))
    expect(await all(other.readBackwards())).to.deep.equal([...lines].reverse())
    for (const line of lines) {
      expect(await other.verify(line)).to.deep.equal(E.right(true))
      expect((await all(other.read(line.offset)))[0]).to.deep.equal(line)
    }
  })
})

describe('a home log in memory', () => contract(() => memoryHomeLog()))

describe('a home log', () => {
  contract(() => observations(freshHome()))

  it('is only for its owner, and begins a line of its own after one that was cut off', async () => {
    const home = freshHome()
    const log = observations(home)
    await log.append({ n: 1 }, true)
    appendFileSync(pathIn(home), '{"n":2')
    await log.append({ n: 3 }, true)
    expect(readFileSync(pathIn(home), 'utf8')).to.equal('{"n":1}\n{"n":2\n{"n":3}\n')
    expect(statSync(pathIn(home)).mode & 0o777).to.equal(0o600)
    expect(texts(await all(log.read(0)))).to.deep.equal(['{"n":1}', '{"n":2', '{"n":3}'])
  })
})

describe('a read model over a home log', () => {
  it('has the same rows folded at once and after every record', async () => {
    const log = memoryHomeLog()
    const step = memoryIndex()
    for (let n = 0; n < 40; n++) {
      await log.append({ n: n % 7 }, false)
      await fold(step, log)
    }
    expect(await fold(memoryIndex(), log)).to.deep.equal(rowsOf(step))
    expect(rowsOf(step).filter(([end]) => end === '')).to.have.length(40)
  })

  it('leaves a line without its newline until the newline is there', async () => {
    const home = freshHome()
    const index = memoryIndex()
    write(home, 'a\nb')
    expect(await fold(index, observations(home))).to.deep.equal([
      ['', 0, { text: 'a', offset: 0 }],
      ['.by', 'a', 1]
    ])
    write(home, 'a\nb\n')
    expect((await fold(index, observations(home)))[1]).to.deep.equal([
      '',
      1,
      { text: 'b', offset: 2 }
    ])
  })

  it('is folded again when the log is shorter, replaced or gone', async () => {
    const home = freshHome()
    const index = memoryIndex()
    write(home, 'a\nb\na\n')
    expect(await fold(index, observations(home))).to.have.length(5)
    for (const text of ['a\n', 'c\nd\nc\ne\n', 'c\nd\nc\nX\nf\n']) {
      write(home, text)
      const again = await fold(index, observations(home))
      expect(again).to.deep.equal(await fold(memoryIndex(), observations(home)))
    }
    removeFolder(join(home, '.unroll'))
    expect(await fold(index, observations(home))).to.deep.equal([])
  })

  it('begins anew when another process moved the checkpoint meanwhile', async () => {
    const log = memoryHomeLog()
    const index = memoryIndex()
    for (let n = 0; n < 5; n++) await log.append({ n }, false)
    let raced = false
    const racing: HomeLog = {
      ...log,
      read: (fromBytes) => {
        const lines = log.read(fromBytes)
        if (raced) return lines
        raced = true
        return (async function* () {
          await foldHomeLog(index, log, counting)
          yield* lines
        })()
      }
    }
    expect(await fold(index, racing)).to.deep.equal(await fold(memoryIndex(), log))
  })

  it('is committed in parts when it is long', async () => {
    const log = memoryHomeLog()
    for (let n = 0; n < 5000; n++) await log.append({ n }, false)
    const index = memoryIndex()
    let commits = 0
    const counted: Index = {
      ...index,
      commit: (writes, expected) => {
        commits += 1
        expect(writes.length).to.be.below(4200)
        return index.commit(writes, expected)
      }
    }
    await foldHomeLog(counted, log, counting)
    expect(rowsOf(index)).to.have.length(10_000)
    expect(commits).to.equal(3)
  })
})
