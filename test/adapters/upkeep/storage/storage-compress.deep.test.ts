// Compressing rollouts: no byte is lost, whoever is killed, and everybody reads on.
import { expect } from 'chai'
import { spawnSync } from 'node:child_process'
import { existsSync, linkSync, readdirSync, readFileSync, renameSync, statSync } from 'node:fs'
import { appendFileSync, cpSync, mkdirSync, symlinkSync, unlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { Decompress } from 'fzstd'
import { streamId } from '../../../../domain/ids.ts'
import { openBytes, piecesOf } from '../../../../adapters/log/jsonl/bytes.ts'
import { lockWriter } from '../../../../adapters/log/jsonl/writer-lock.ts'
import { compressRollouts, expandRollouts } from '../../../../adapters/upkeep/storage/change.ts'
import { decompressedContent, zstdEncoder } from '../../../../adapters/log/jsonl/zstd.ts'
import { rolloutsOf } from '../../../../adapters/upkeep/storage/files.ts'
import { bundleChild } from '../../../support/crashes.ts'
import { random } from '../../../support/random.ts'
import { right, turnsOf, withEngine } from '../../../support/engines.ts'
import { copyHome, removeFolder, temporaryFolder } from '../../../support/fixture-home.ts'
import { homeFiles } from '../../../support/home-state.ts'

const PARENT = '01a1fd09-70c5-78c3-918b-98120b068bc3'
/** A thread of one file. */
const ONE_FILE = '01a1fd09-71b0-7eb2-9cc8-3091d156fa49'
const FIRST = 'sessions/2026/11/21/rollout-2026-11-21T07-36-56-' + PARENT + '.jsonl'

const contentOf = (path: string): Buffer => {
  const bytes = readFileSync(path)
  if (!path.endsWith('.zst')) return bytes
  const parts: Array<Uint8Array> = []
  const stream = new Decompress((part) => parts.push(Uint8Array.from(part)))
  stream.push(bytes, true)
  return Buffer.concat(parts)
}

/** What every rollout holds, by its name without compression. */
const contents = (home: string): Readonly<Record<string, string>> =>
  Object.fromEntries(
    rolloutsOf(home).map(({ path }) => [
      path.replace(/\.zst$/, ''),
      contentOf(join(home, path)).toString('latin1')
    ])
  )

const everyThread = (home: string): ReadonlyArray<string> => [
  ...new Set(rolloutsOf(home).map(({ threadId }) => threadId))
]

const answers = (home: string) =>
  withEngine({ home }, async (engine) => {
    const told = []
    for (const id of everyThread(home)) {
      const thread = await right(engine.readThread(id, true))
      told.push(thread, await turnsOf(engine, id))
    }
    return told
  })

const outcomes = async (done: ReturnType<typeof compressRollouts>) =>
  (await right(() => done)).map(({ path, outcome, reason }) => [path, outcome, reason])

describe('storage: compressing', () => {
  let home: string

  beforeEach(() => {
    home = copyHome('agents-169')
  })
  afterEach(() => removeFolder(home))

  it('keeps every byte, file time and answer of a home, segments and their bases included', async () => {
    const [before, told] = [contents(home), await answers(home)]
    const times = rolloutsOf(home).map(({ modifiedAtMs }) => Math.round(modifiedAtMs))
    const done = await right(() => compressRollouts({ home, threads: everyThread(home) }))
    expect(done.map(({ outcome }) => outcome)).to.deep.equal(done.map(() => 'compressed'))
    expect(rolloutsOf(home).map(({ compressed }) => compressed)).to.not.include(false)
    expect(contents(home)).to.deep.equal(before)
    expect(rolloutsOf(home).map(({ modifiedAtMs }) => Math.round(modifiedAtMs))).to.deep.equal(
      times
    )
    expect(await answers(home)).to.deep.equal(told)
  })

  it('takes archived threads when none is named, and tells what a dry run would do', async () => {
    await withEngine({ home }, (engine) => right(engine.archive(PARENT)))
    const archived = rolloutsOf(home).filter((file) => file.archived)
    const before = homeFiles(home)
    const tried = await right(() => compressRollouts({ home, threads: [], dryRun: true }))
    expect(homeFiles(home)).to.deep.equal(before)
    const done = await right(() => compressRollouts({ home, threads: [] }))
    expect(done.map(({ path }) => path)).to.have.members(archived.map(({ path }) => path))
    const sizes = ({ path, compressedBytes }: (typeof done)[number]) => [path, compressedBytes]
    expect(tried.map(sizes)).to.deep.equal(done.map(sizes))
    for (const { path, compressedBytes } of done)
      expect(statSync(join(home, `${path}.zst`)).size).to.equal(compressedBytes)
  })

  it('is undone byte for byte, by undo and by expand', async () => {
    const before = homeFiles(home)
    await right(() => compressRollouts({ home, threads: [PARENT] }))
    await withEngine({ home }, (engine) => right(engine.undo(null)))
    expect(homeFiles(home)).to.deep.equal(before)
    await right(() => compressRollouts({ home, threads: [PARENT] }))
    await right(() => expandRollouts({ home, threads: [PARENT] }))
    expect(homeFiles(home)).to.deep.equal(before)
  })

  it('is not undone when the compressed file is not what was made', async () => {
    await right(() => compressRollouts({ home, threads: [PARENT] }))
    const path = join(home, `${FIRST}.zst`)
    const encoder = await zstdEncoder()
    writeFileSync(path, Buffer.concat([encoder.push(Buffer.from('{}\n')), encoder.end()]))
    const before = homeFiles(home)
    const undone = await withEngine({ home }, (engine) => engine.undo(null)())
    expect(undone).to.deep.include({ _tag: 'Left' })
    expect(Object.keys(homeFiles(home))).to.include(`${FIRST}.zst`)
    expect(homeFiles(home)[`${FIRST}.zst`]).to.equal(before[`${FIRST}.zst`])
  })

  it('is expanded by an append, which goes on at the right place', async () => {
    const id = ONE_FILE
    const before = contents(home)
    await right(() => compressRollouts({ home, threads: [id] }))
    const event = {
      timestamp: '2026-11-22T00:00:00.000Z',
      type: 'event_msg',
      payload: { type: 'warning', message: 'more' }
    }
    await withEngine({ home }, (engine) => right(engine.append(id, [event])))
    const own = rolloutsOf(home).filter(({ threadId }) => threadId === id)
    const last = own.find(({ compressed }) => !compressed)?.path ?? ''
    expect(contents(home)[last]?.startsWith(before[last] ?? '?')).to.equal(true)
  })

  it('leaves what somebody writes to, what has further names, links, and what would not shrink', async () => {
    const before = homeFiles(home)
    const lock = await right(() => lockWriter(home, streamId(PARENT)))
    const busy = await outcomes(compressRollouts({ home, threads: [PARENT] }))
    lock.release()
    const reasons = new Set(busy.map(([, outcome, reason]) => `${outcome}: ${reason}`))
    expect([...reasons]).to.deep.equal(['left: it is in use by another process'])
    expect(homeFiles(home)).to.deep.equal(before)

    const id = '01a1fd09-ffff-7000-8000-000000000000'
    const day = 'sessions/2026/11/20'
    mkdirSync(join(home, day), { recursive: true })
    const path = `${day}/rollout-2026-11-20T01-01-01-${id}.jsonl`
    writeFileSync(join(home, path), '{}')
    expect(await outcomes(compressRollouts({ home, threads: [id] }))).to.deep.equal([
      [path, 'left', 'it would not get smaller']
    ])
    linkSync(join(home, path), join(home, 'another-name'))
    expect(await outcomes(compressRollouts({ home, threads: [id] }))).to.deep.equal([
      [path, 'left', 'it has further names (hard links), so nothing would be saved']
    ])
    expect(readdirSync(join(home, '.unroll/compress'))).to.deep.equal([])
  })

  it('refuses while Codex itself compresses', async () => {
    mkdirSync(join(home, '.tmp'))
    writeFileSync(join(home, '.tmp/rollout-compression.lock'), '')
    const done = await compressRollouts({ home, threads: [PARENT] })
    expect(done).to.deep.include({ _tag: 'Left' })
  })

  it('never writes through a link out of the home', async () => {
    const elsewhere = temporaryFolder()
    try {
      cpSync(join(home, 'sessions'), join(elsewhere, 'sessions'), { recursive: true })
      renameSync(join(home, 'sessions'), join(home, 'sessions.old'))
      symlinkSync(join(elsewhere, 'sessions'), join(home, 'sessions'))
      const before = homeFiles(elsewhere)
      const done = await compressRollouts({ home, threads: [PARENT] }).catch((cause) => cause)
      expect(done._tag === 'Left' || done._tag === 'StreamNotFound').to.equal(true)
      expect(homeFiles(elsewhere)).to.deep.equal(before)
    } finally {
      removeFolder(elsewhere)
    }
  })

  it('goes on where a twin was left, and leaves a plain file with another twin', async () => {
    const before = contents(home)
    const plain = readFileSync(join(home, FIRST))
    await right(() => compressRollouts({ home, threads: [PARENT] }))
    writeFileSync(join(home, FIRST), plain)
    const again = await outcomes(compressRollouts({ home, threads: [PARENT] }))
    expect(again).to.deep.equal([[FIRST, 'compressed', null]])
    expect(contents(home)).to.deep.equal(before)
    writeFileSync(join(home, FIRST), `${plain.toString()}{}\n`)
    expect(await outcomes(compressRollouts({ home, threads: [PARENT] }))).to.deep.equal([
      [FIRST, 'left', 'a compressed file with other content is beside it; the plain one counts']
    ])
    expect(readFileSync(join(home, FIRST), 'utf8')).to.equal(`${plain.toString()}{}\n`)
  })

  it('notices a line that comes while it works, and keeps it', async () => {
    for (const moment of ['name', 'sync name']) {
      const path = join(home, FIRST)
      const before = readFileSync(path, 'utf8')
      let isLate = false
      const step = (name: string): void => {
        if (name !== moment || isLate) return
        isLate = true
        appendFileSync(path, '{"late":true}\n')
      }
      const done = await outcomes(compressRollouts({ home, threads: [PARENT], step }))
      expect(done).to.deep.include([FIRST, 'left', 'somebody wrote to it meanwhile'])
      expect(readFileSync(path, 'utf8')).to.equal(`${before}{"late":true}\n`)
      expect(existsSync(`${path}.zst`)).to.equal(false)
      await right(() => expandRollouts({ home, threads: [PARENT] }))
    }
  })

  it('loses nothing when it is killed before any step, and the next run ends what was begun', async () => {
    const script = bundleChild('compress-entry')
    const run = (folder: string, step: number) =>
      spawnSync(process.execPath, [script, folder, ONE_FILE, String(step)], { encoding: 'utf8' })
    const { steps } = JSON.parse(run(copyOf(home), 0).stdout) as { readonly steps: number }
    expect(steps).to.equal(6)
    const before = contents(home)
    for (let step = 1; step <= steps; step++) {
      const trial = copyOf(home)
      expect(run(trial, step).signal).to.equal('SIGKILL')
      expect(contents(trial), `killed before step ${step}`).to.deep.equal(before)
      await right(() => compressRollouts({ home: trial, threads: [ONE_FILE] }))
      expect(contents(trial), `after step ${step}`).to.deep.equal(before)
      const own = rolloutsOf(trial).filter(({ threadId }) => threadId === ONE_FILE)
      expect(own.map(({ compressed }) => compressed)).to.deep.equal([true])
      expect(readdirSync(join(trial, '.unroll/compress'))).to.deep.equal([])
      removeFolder(trial)
    }
  })

  it('reads compressed files back that are larger than what is read at once', async () => {
    const folder = temporaryFolder()
    const next = random(7)
    for (const length of [50_000, 300_000, 3_000_000]) {
      const plain = Buffer.from(
        Array.from({ length }, () => 97 + Math.floor(next() * (next() < 0.5 ? 2 : 26)))
      )
      const encoder = await zstdEncoder()
      const path = join(folder, 'file.zst')
      writeFileSync(path, Buffer.concat([encoder.push(plain), encoder.end()]))
      const source = openBytes(path, true)
      const parts: Array<Buffer> = []
      for await (const piece of piecesOf(source, 0, length + 1)) parts.push(Buffer.from(piece))
      expect(Buffer.concat(parts).equals(plain), String(length)).to.equal(true)
    }
    removeFolder(folder)
  })

  it('refuses a compressed file whose end is missing', async () => {
    await right(() => compressRollouts({ home, threads: [PARENT] }))
    const path = join(home, `${FIRST}.zst`)
    const bytes = readFileSync(path)
    writeFileSync(path, bytes.subarray(0, bytes.length / 2))
    const failed = await decompressedContent(path).catch((cause: unknown) => cause)
    expect((failed as NodeJS.ErrnoException).code).to.equal('EBADMSG')
    const done = await expandRollouts({ home, threads: [PARENT] })
    expect(done).to.deep.include({ _tag: 'Left' })
    expect([existsSync(path), existsSync(join(home, FIRST))]).to.deep.equal([true, false])
    unlinkSync(path)
  })
})

const copyOf = (home: string): string => {
  const copy = temporaryFolder()
  cpSync(home, copy, { recursive: true, preserveTimestamps: true })
  return copy
}
