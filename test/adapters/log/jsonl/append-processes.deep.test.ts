// Several processes append to one thread, and any of them may die at any moment. The goal: no line is lost, doubled or
// mixed with another, and nothing that was acknowledged is gone.
import { expect } from 'chai'
import { appendFileSync, mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { jsonlStore } from '../../../../adapters/log/jsonl/store.ts'
import { lockName } from '../../../../adapters/log/jsonl/writer-lock.ts'
import { thisProcess } from '../../../../adapters/home/process-identity.ts'
import { streamId } from '../../../../domain/ids.ts'
import { DEFAULT_PROFILE } from '../../../../domain/log/profile.ts'
import { bundleEntry, child, crashes, everyLine, messageOf } from '../../../support/crash.ts'
import { removeFolder, temporaryFolder } from '../../../support/fixture-home.ts'
import {
  emptyHome,
  idOf,
  linesOf,
  metaLine,
  rolloutPath,
  userLine,
  writeRollout
} from '../../../support/rollouts.ts'

const ID = idOf(1)
const COUNT = 100

/** Revision and message of each acknowledged event. */
const pairsOf = (out: string): ReadonlyArray<readonly [number, string]> =>
  out
    .split('\n')
    .filter(Boolean)
    .map((text) => text.split(' '))
    .map(([revision, message = '']) => [Number(revision), message])

const refusalsOf = (err: string): ReadonlySet<string> =>
  new Set(
    err
      .split('\n')
      .filter(Boolean)
      .map((text) => text.replace(/ \d+$/, ''))
  )

describe('a thread that several processes append to', function () {
  this.timeout(600_000)
  let folder = ''
  let home = ''
  let path = ''
  let entry = ''
  before(() => {
    folder = temporaryFolder()
    entry = bundleEntry(folder)
  })
  after(() => removeFolder(folder))
  beforeEach(() => {
    home = emptyHome()
    path = rolloutPath(home, ID)
    writeRollout(path, linesOf([metaLine(ID)]))
  })
  afterEach(() => removeFolder(home))

  const messagesNow = async (): Promise<ReadonlyArray<string | undefined>> =>
    (await everyLine(jsonlStore({ home, profile: DEFAULT_PROFILE, strict: false }), ID)).map(
      messageOf
    )

  it('holds every line once, at the revision that was answered', async () => {
    const writers = ['a', 'b', 'c'].map((name) =>
      child(entry, ['many', home, ID, name, `${COUNT}`])
    )
    const texts = await Promise.all(writers.map(({ ended }) => ended))
    const now = await messagesNow()
    const pairs = texts.flatMap(({ out }) => pairsOf(out))
    expect(pairs.map(([revision]) => now[revision])).to.deep.equal(
      pairs.map(([, message]) => message)
    )
    expect([now.length, new Set(now).size]).to.deep.equal([3 * COUNT + 1, 3 * COUNT + 1])
    const allowed = new Set(['WrongExpectedRevision', 'Busy'])
    for (const { err } of texts)
      expect([...refusalsOf(err)].filter((kind) => !allowed.has(kind))).to.deep.equal([])
    expect(readdirSync(join(home, '.unroll', 'locks'))).to.deep.equal([])
  })

  it('holds every line whole beside a program that knows no locks', async () => {
    const writers = ['a', 'b'].map((name) => child(entry, ['many', home, ID, name, `${COUNT}`]))
    const isRunning = () => writers.some((writer) => writer.process.exitCode === null)
    let foreign = 0
    while (isRunning()) {
      appendFileSync(path, linesOf([userLine(`foreign-${foreign++}`)]))
      // Often enough to come between, and not so often that the file grows without end.
      for (let turns = 0; turns < 20; turns++) await new Promise((done) => setImmediate(done))
    }
    const texts = await Promise.all(writers.map(({ ended }) => ended))
    const now = await messagesNow()
    const pairs = texts.flatMap(({ out }) => pairsOf(out))
    expect(pairs.map(([revision]) => now[revision])).to.deep.equal(
      pairs.map(([, message]) => message)
    )
    const theirs = now.filter((message) => message?.startsWith('foreign-'))
    expect(theirs).to.deep.equal(theirs.map((_, i) => `foreign-${i}`))
    expect([now.length, new Set(now).size]).to.deep.equal([
      1 + foreign + 2 * COUNT,
      1 + foreign + 2 * COUNT
    ])
  })

  it('is taken over by one process only from one that is gone', async () => {
    const locks = join(home, '.unroll', 'locks')
    mkdirSync(locks, { recursive: true })
    for (let round = 0; round < 3; round++) {
      const gone = { ...thisProcess(), startTime: '1' }
      writeFileSync(join(locks, lockName(streamId(ID), gone, `gone${round}`)), '')
      const writers = ['a', 'b', 'c', 'd'].map((name) =>
        child(entry, ['many', home, ID, `${name}${round}`, '5'])
      )
      await Promise.all(writers.map(({ ended }) => ended))
    }
    const now = await messagesNow()
    expect([now.length, new Set(now).size]).to.deep.equal([61, 61])
    expect(readFileSync(path, 'utf8').endsWith('\n')).to.equal(true)
    expect(readdirSync(locks)).to.deep.equal([])
  })

  it('keeps what was acknowledged, and one torn line at most for each killed process', async () => {
    const { trials, acknowledged, lost, broken } = await crashes(14, 4, 1)
    expect({ lost, broken }).to.deep.equal({ lost: [], broken: [] })
    expect([trials, acknowledged > 0]).to.deep.equal([56, true])
  })
})
