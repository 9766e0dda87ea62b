// Threads go to another home in one file and are there byte for byte; nothing there is written over. A second reader, `tar`, reads the file.
import { expect } from 'chai'
import * as E from 'fp-ts/lib/Either.js'
import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import {
  appendFileSync,
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  writeFileSync
} from 'node:fs'
import { join } from 'node:path'
import { decompress } from 'fzstd'
import { compressRollouts, openEngine } from '../../../adapters/library.ts'
import { headerOf, fillOf, TAR_END } from '../../../adapters/upkeep/bundle/tar.ts'
import {
  copyHome,
  copySample,
  homeNames,
  removeFolder,
  temporaryFolder
} from '../../support/fixture-home.ts'
import { unroll, type Done } from './console.ts'

const LONG = '01a1fcdc-359a-7731-ae44-e79fba9fff78'

const rolloutsIn = (home: string): ReadonlyMap<string, string> =>
  new Map(
    readdirSync(home, { recursive: true, encoding: 'utf8' })
      .filter((name) => /^(sessions|archived_sessions)\/.*rollout-.*\.jsonl(\.zst)?$/.test(name))
      .sort()
      .map((name) => {
        const hash = createHash('sha256')
          .update(readFileSync(join(home, name)))
          .digest('hex')
        return [name, `${hash} ${Math.round(statSync(join(home, name)).mtimeMs / 10)}`]
      })
  )

/** Every thread with all its turns, as an engine reads them. */
const threadsIn = async (home: string): Promise<ReadonlyMap<string, unknown>> => {
  const opened = await openEngine({ home, index: 'memory' })
  if (E.isLeft(opened)) throw new Error('no engine')
  const engine = opened.right
  const found = new Map<string, unknown>()
  const titles = await engine.titles()()
  for (const { threadId, name } of E.isRight(titles) ? titles.right : []) {
    const thread = await engine.readThread(threadId, true)()
    found.set(threadId, E.isRight(thread) ? { name, turns: thread.right.turns } : thread)
  }
  await engine.close()
  return found
}

describe('unroll export --to bundle, unroll import', () => {
  const folders: Array<string> = []
  const kept = (folder: string): string => {
    folders.push(folder)
    return folder
  }
  afterEach(() => {
    for (const folder of folders.splice(0)) removeFolder(folder)
  })
  const inHome = (home: string, ...words: ReadonlyArray<string>): Promise<Done> =>
    unroll([...words, '--home', home, '--index', 'memory'], { cwd: home })
  const bundled = async (home: string, ...words: ReadonlyArray<string>): Promise<string> => {
    const path = join(kept(temporaryFolder()), 'threads.unroll.tar')
    const { code, err } = await inHome(home, 'export', ...words, '--to', 'bundle', '-o', path)
    expect(code, err).to.equal(0)
    expect(err).to.include('do not publish it')
    return path
  }

  it('takes every thread of each recorded home to an empty one, forks and names too', async function () {
    this.timeout(240_000)
    for (const name of homeNames()) {
      const home = kept(copyHome(name))
      const before = await threadsIn(home)
      if (before.size === 0) continue
      const path = await bundled(home, ...before.keys())
      const there = kept(temporaryFolder())
      const done = await inHome(there, 'import', path)
      expect(done.code, `${name}: ${done.err}`).to.equal(0)
      const [own, theirs] = [rolloutsIn(home), rolloutsIn(there)]
      for (const [file, what] of theirs) expect(own.get(file), `${name} ${file}`).to.equal(what)
      expect(await threadsIn(there), name).to.deep.equal(before)
    }
  })

  it('takes the files that a thread continues along, and compressed ones as they are', async () => {
    const home = kept(copySample())
    const compressed = await compressRollouts({ home, threads: [LONG] })
    expect(E.isRight(compressed)).to.equal(true)
    const path = await bundled(home, LONG)
    const there = kept(temporaryFolder())
    expect((await inHome(there, 'import', path)).code).to.equal(0)
    const [file] = rolloutsIn(there).keys()
    expect(file).to.match(/\.jsonl\.zst$/)
    expect((await threadsIn(there)).get(LONG)).to.deep.equal((await threadsIn(home)).get(LONG))
  })

  it('is compressed where that is asked for, and imported as any other; a damaged one changes nothing', async () => {
    const home = kept(copySample())
    const plain = readFileSync(await bundled(home, LONG, '--with', 'all'))
    const folder = kept(temporaryFolder())
    const paths = ['a.unroll.tar', 'b.unroll.tar.zst'].map((name) => join(folder, name))
    const [byFlag = '', byName = ''] = paths
    const words = ['export', LONG, '--with', 'all']
    const done = await inHome(home, ...words, '--to', 'bundle', '--zstd', '-o', byFlag)
    expect(done.code, done.err).to.equal(0)
    expect((await inHome(home, ...words, '-o', byName)).code).to.equal(0)
    const compressed = readFileSync(byFlag)
    expect(compressed.equals(readFileSync(byName))).to.equal(true)
    expect(compressed.length).to.be.lessThan(plain.length / 2)
    expect(Buffer.from(decompress(compressed)).equals(plain)).to.equal(true)

    const there = kept(temporaryFolder())
    expect((await inHome(there, 'import', byFlag)).code).to.equal(0)
    const own = rolloutsIn(home)
    const theirs = rolloutsIn(there)
    expect(theirs.size).to.be.greaterThan(0)
    for (const [file, what] of theirs) expect(own.get(file), file).to.equal(what)

    const elsewhere = kept(temporaryFolder())
    for (const damaged of [
      compressed.subarray(0, compressed.length / 2),
      Buffer.from(compressed)
    ]) {
      if (damaged.length === compressed.length) damaged[compressed.length >> 1]! ^= 0xff
      writeFileSync(byName, damaged)
      expect((await inHome(elsewhere, 'import', byName)).code).to.not.equal(0)
      expect(readdirSync(elsewhere)).to.deep.equal([])
    }
  })

  it('is a tar that others read, and makes the same bytes again', async () => {
    const home = kept(copySample())
    const path = await bundled(home, LONG, '--with', 'all')
    const names = execFileSync('tar', ['-tf', path], { encoding: 'utf8' }).trim().split('\n')
    const { files } = JSON.parse(
      execFileSync('tar', ['-xOf', path, 'manifest.json'], { encoding: 'utf8' })
    )
    expect(names).to.deep.equal([
      'manifest.json',
      ...files.map((file: { path: string }) => file.path)
    ])
    const again = await bundled(home, LONG, '--with', 'all')
    expect(readFileSync(again).equals(readFileSync(path))).to.equal(true)
    const unpacked = kept(temporaryFolder())
    execFileSync('tar', ['-xf', path, '-C', unpacked])
    const there = kept(temporaryFolder())
    expect((await inHome(there, 'import', unpacked)).code).to.equal(0)
    expect(rolloutsIn(there).size).to.equal(
      files.filter((file: { thread: unknown }) => file.thread !== null).length
    )
  })

  it('changes nothing the second time, and nothing at all with --dry-run', async () => {
    const home = kept(copySample())
    const path = await bundled(home, LONG)
    const there = kept(temporaryFolder())
    const dry = await inHome(there, 'import', path, '--dry-run')
    expect([dry.code, readdirSync(there)]).to.deep.equal([0, []])
    expect(dry.err).to.include('would import 1 file')
    await inHome(there, 'import', path)
    const before = rolloutsIn(there)
    const again = await inHome(there, 'import', path, '--json')
    expect(JSON.parse(again.out)).to.include({ outcome: 'present', threadId: LONG })
    expect(rolloutsIn(there)).to.deep.equal(before)
  })

  it('never replaces a thread that went on elsewhere: the longer one stays, another one is put aside', async () => {
    const home = kept(copySample())
    const path = await bundled(home, LONG)
    const there = kept(temporaryFolder())
    await inHome(there, 'import', path)
    const [file = ''] = rolloutsIn(there).keys()
    appendFileSync(
      join(there, file),
      '{"timestamp":"2026-11-22T00:00:00Z","type":"event_msg","payload":{"type":"user_message","message":"there"}}\n'
    )
    const longer = rolloutsIn(there)
    expect((await inHome(there, 'import', path)).code).to.equal(0)
    expect(rolloutsIn(there)).to.deep.equal(longer)
    appendFileSync(
      join(home, file),
      '{"timestamp":"2026-11-22T00:00:01Z","type":"event_msg","payload":{"type":"user_message","message":"here"}}\n'
    )
    const other = await inHome(there, 'import', await bundled(home, LONG))
    expect(other.code).to.equal(1)
    expect(rolloutsIn(there)).to.deep.equal(longer)
    const aside = readdirSync(join(there, '.unroll', 'salvage'))
    expect(aside).to.have.length(1)
    expect(
      readFileSync(join(there, '.unroll', 'salvage', aside[0] ?? '')).equals(
        readFileSync(join(home, file))
      )
    ).to.equal(true)
  })

  it('imports nothing of a bundle that is damaged, cut, or holds what it does not name', async () => {
    const home = kept(copySample())
    const whole = readFileSync(await bundled(home, LONG))
    const folder = kept(temporaryFolder())
    const flipped = Buffer.from(whole)
    flipped.writeUInt8(flipped.readUInt8(whole.length - 5000) ^ 1, whole.length - 5000)
    const extra = Buffer.from('x')
    const added = (name: string): Buffer =>
      Buffer.concat([
        whole.subarray(0, whole.length - TAR_END.length),
        headerOf({ name, bytes: 1, modifiedAtMs: 0 }),
        extra,
        fillOf(1),
        TAR_END
      ])
    const bad = {
      flipped,
      cut: whole.subarray(0, whole.length - 20_000),
      outside: added('../../outside.jsonl'),
      config: added('config.toml'),
      twice: added([...rolloutsIn(home).keys()].find((name) => name.includes(LONG)) ?? '')
    }
    for (const [name, bytes] of Object.entries(bad)) {
      const path = join(folder, `${name}.tar`)
      writeFileSync(path, bytes)
      const there = join(folder, name)
      mkdirSync(there)
      const done = await inHome(there, 'import', path)
      expect([done.code, readdirSync(there)], name).to.deep.equal([3, []])
      expect(done.err, name).to.include('no whole bundle')
    }
    expect(existsSync(join(folder, '..', 'outside.jsonl'))).to.equal(false)
  })

  it('refuses to hide anything in a bundle, to write over a file, and to bundle nothing', async () => {
    const home = kept(copySample())
    const path = join(home, 'there.unroll.tar')
    cpSync(join(home, 'home-mtimes.json'), path)
    const words = ['export', LONG, '--to', 'bundle']
    expect((await inHome(home, ...words, '-o', path)).code).to.equal(6)
    expect((await inHome(home, ...words, '-o', join(home, 'x.tar'), '--redact')).code).to.equal(2)
    expect((await inHome(home, ...words)).code).to.equal(2)
    expect(
      (await inHome(home, 'export', '--to', 'bundle', '-o', join(home, 'x.tar'))).code
    ).to.equal(2)
  })
})
