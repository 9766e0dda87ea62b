// An index in a process of its own: how it is asked, what is remembered of it, and what goes on while it writes.
import { expect } from 'chai'
import fc from 'fast-check'
import * as E from 'fp-ts/lib/Either.js'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import {
  readdirSync,
  readFileSync,
  renameSync,
  statSync,
  truncateSync,
  writeFileSync
} from 'node:fs'
import { join } from 'node:path'
import { openIndexApart } from '../../../adapters/index/lmdb/apart.ts'
import { frameOf, frameReader } from '../../../adapters/index/lmdb/messages.ts'
import { openLmdbIndex } from '../../../adapters/index/lmdb/index.ts'
import { IndexDamage } from '../../../replay/ports.ts'
import { nameOfFile, replyCache } from '../../../adapters/index/lmdb/reply-cache.ts'
import { removeFolder, temporaryFolder } from '../../support/fixture-home.ts'

const WRITE_LOCK = join(import.meta.dirname, '..', '..', 'support', 'write-lock.ts')

/** The process that holds the index of a folder. */
const holderOf = (folder: string): number => {
  const holders = readdirSync('/proc').filter((name) => {
    if (!/^\d+$/.test(name) || Number(name) === process.pid) return false
    const words = E.tryCatch(() => readFileSync(`/proc/${name}/cmdline`, 'utf8'), E.toError)
    return E.isRight(words) && words.right.split('\0').includes(folder)
  })
  expect(holders).to.have.length(1)
  return Number(holders[0])
}

describe('frames', () => {
  it('give back the texts, wherever their bytes are parted', () =>
    fc.assert(
      fc.property(
        fc.array(fc.string({ unit: 'grapheme', maxLength: 20 })),
        fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 1 }),
        (texts, sizes) => {
          const bytes = Buffer.concat(texts.map(frameOf))
          const { push, take } = frameReader()
          const got: Array<string> = []
          for (let [at, n] = [0, 0]; at < bytes.length; n++) {
            const size = sizes[n % sizes.length] ?? 1
            push(bytes.subarray(at, at + size))
            at += size
            for (let text = take(); text !== null; text = take()) got.push(text)
          }
          expect(got).to.deep.equal(texts)
        }
      )
    ))
})

describe('answers that are remembered', () => {
  let folder = ''
  const lock = (): string => join(folder, 'lock.mdb')
  const name = (): string => nameOfFile(statSync(lock(), { bigint: true }))
  const put = (commits: number): void => {
    const head = Buffer.alloc(64)
    head.writeUInt32LE(commits, 8)
    writeFileSync(lock(), head)
  }
  beforeEach(() => {
    folder = temporaryFolder()
    put(7)
  })
  afterEach(() => removeFolder(folder))

  it('are known until something is committed', () => {
    const memory = replyCache(folder, name())
    const seen = [memory.known('a')]
    memory.keep('a', '1')
    seen.push(memory.known('a'), memory.known('b'))
    put(8)
    seen.push(memory.known('a'))
    memory.keep('a', '2')
    seen.push(memory.known('a'))
    memory.close()
    expect(seen).to.deep.equal([undefined, '1', undefined, undefined, '2'])
  })

  it('are not kept when something was committed after they were asked for', () => {
    const memory = replyCache(folder, name())
    memory.known('a')
    const age = memory.age()
    put(8)
    memory.known('b')
    memory.keep('a', '1', age)
    memory.keep('b', '2')
    const seen = [memory.known('a'), memory.known('b')]
    memory.close()
    expect(seen).to.deep.equal([undefined, '2'])
  })

  it('are not known when the lock file is cut, nor when it was another one from the start', () => {
    const memory = replyCache(folder, name())
    memory.known('a')
    memory.keep('a', '1')
    truncateSync(lock(), 0)
    const cut = memory.known('a')
    memory.keep('a', '1')
    const still = memory.known('a')
    memory.close()
    const before = name()
    renameSync(lock(), `${lock()}.old`)
    put(7)
    const other = replyCache(folder, before)
    other.known('a')
    other.keep('a', '1')
    expect([cut, still, other.known('a')]).to.deep.equal([undefined, undefined, undefined])
    other.close()
  })
})

describe('an index in a process of its own', () => {
  let folder = ''
  beforeEach(() => (folder = temporaryFolder()))
  afterEach(() => removeFolder(folder))

  it('shows what another process commits at the next look', async () => {
    const index = await openIndexApart(folder)
    const beside = openLmdbIndex(folder)
    const seen: Array<unknown> = []
    for (const json of ['1', '2', '3']) {
      await beside.commit([{ key: ['row'], json }], [])()
      seen.push(index.get(['row']), index.range(['row'], ['rox'], 9, false))
    }
    await beside.close()
    await index.close()
    expect(seen).to.deep.equal([1, 2, 3].flatMap((n) => [n, [[['row'], n]]]))
  })

  it('knows what was asked ahead, and asks for nothing twice', async () => {
    const index = await openIndexApart(folder)
    const beside = openLmdbIndex(folder)
    await beside.commit([{ key: ['row'], json: '1' }], [])()
    await index.ahead([
      ['get', ['row']],
      ['range', ['row'], ['rox'], 9, false]
    ])
    const child = holderOf(folder)
    process.kill(child, 'SIGSTOP')
    const seen = [index.get(['row']), index.range(['row'], ['rox'], 9, false)]
    await index.ahead([['get', ['row']]])
    process.kill(child, 'SIGCONT')
    await beside.commit([{ key: ['row'], json: '2' }], [])()
    seen.push(index.get(['row']))
    await beside.close()
    await index.close()
    expect(seen).to.deep.equal([1, [[['row'], 1]], 2])
  })

  it('answers what blocks while long answers that were asked ahead are on their way', async () => {
    const index = await openIndexApart(folder)
    const json = JSON.stringify('x'.repeat(4_000_000))
    await index.commit(
      [
        { key: ['long'], json },
        { key: ['row'], json: '1' }
      ],
      []
    )()
    const ahead = [['long'], ['none'], ['long']].map((key) => index.ahead([['get', key]]))
    const seen = index.get(['row'])
    await Promise.all(ahead)
    const long = index.get(['long'])
    await index.close()
    expect([seen, long]).to.deep.equal([1, JSON.parse(json)])
  })

  it('fails what is asked after its process ended, not what was asked ahead of it', async () => {
    const index = await openIndexApart(folder)
    await index.commit([{ key: ['row'], json: '1' }], [])()
    const child = holderOf(folder)
    process.kill(child, 'SIGSTOP')
    const asking = index.ahead([['get', ['row']]])
    process.kill(child, 'SIGKILL')
    await asking
    expect(() => index.get(['row'])).to.throw(IndexDamage)
    expect(index.get(['row'])).to.equal(1)
    await index.close()
  })

  it('lets the event loop turn, and tells what it told before, while a commit waits', async () => {
    const index = await openIndexApart(folder)
    await index.commit([{ key: ['row'], json: '"before"' }], [])()
    expect(index.get(['row'])).to.equal('before')
    const writer = spawn(process.execPath, ['--import', 'tsx', WRITE_LOCK, folder])
    await once(writer.stdout, 'data')
    expect(index.get(['row'])).to.equal('before')
    const order: Array<string> = []
    const committing = index
      .commit([{ key: ['row'], json: '"after"' }], [])()
      .then((done) => {
        order.push('committed')
        return done
      })
    for (let turn = 0; turn < 20; turn++) {
      await new Promise(setImmediate)
      order.push(String(index.get(['row'])))
    }
    writer.stdin.end()
    expect(await committing).to.deep.equal(E.right('committed'))
    order.push(String(index.get(['row'])))
    await index.close()
    expect(order).to.deep.equal([...Array<string>(20).fill('before'), 'committed', 'after'])
  })
})
