// Seals of a home: what verify tells of a change, and at which byte.
import { expect } from 'chai'
import fc from 'fast-check'
import * as E from 'fp-ts/lib/Either.js'
import {
  appendFileSync,
  copyFileSync,
  readFileSync,
  rmSync,
  truncateSync,
  writeFileSync
} from 'node:fs'
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import {
  seal,
  sealLogOf,
  verifySeal,
  type SealReport
} from '../../../../adapters/upkeep/seal/seal.ts'
import { compressRollouts, expandRollouts } from '../../../../adapters/upkeep/storage/change.ts'
import { rolloutsOf } from '../../../../adapters/upkeep/storage/files.ts'
import { inHome, jsonLines } from '../../cli/console.ts'
import { right, withEngine } from '../../../support/engines.ts'
import { copyHome, removeFolder, temporaryFolder } from '../../../support/fixture-home.ts'
import { OLDER } from '../../../support/older-homes.ts'

const NOW = Date.UTC(2026, 10, 22)
const ID = '01a1fcde-3cb0-7011-8079-af112c16e46e'

const odd = ({ files }: SealReport) =>
  files
    .filter(({ verdict, notes }) => verdict !== 'unchanged' || notes.length > 0)
    .map(({ path, verdict, notes, atByte, line }) => ({
      ...{ path, verdict, notes: notes.join(), atByte, line }
    }))

describe('seals', () => {
  let home: string
  const verify = () => verifySeal({ home })
  const sealNow = async (accept = false) => {
    const done = await seal({ home, nowMs: NOW, accept })
    if (E.isLeft(done)) throw new Error(done.left._tag)
    return done.right
  }

  beforeEach(() => {
    home = copyHome('fork-rollback-142')
  })
  afterEach(() => removeFolder(home))

  const path = (): string => rolloutsOf(home).find(({ threadId }) => threadId === ID)?.path ?? ''
  const linesOf = (): ReadonlyArray<string> =>
    readFileSync(join(home, path()), 'utf8').split(/(?<=\n)/)
  const offsetOf = (line: number): number => Buffer.byteLength(linesOf().slice(0, line).join(''))

  it('hold the bytes of a document of the TypeScript client too', async () => {
    const path = 'sessions/rollout-2026-11-22-afc6550b-13cf-4f86-93af-acd5d72da3df.json'
    const at = join(home, path)
    copyFileSync(join(OLDER, 'document-0-1-2505172129/home', path), at)
    await sealNow()
    expect(odd(await verify())).to.deep.equal([])
    // A space in the second line changes the bytes and none of the lines that are made of them.
    writeFileSync(at, readFileSync(at, 'utf8').replace('": ', '":  '))
    expect(odd(await verify())).to.deep.equal([
      { path, verdict: 'changed', notes: '', atByte: 2, line: 1 }
    ])
  })

  it('find nothing where nothing happened, and add only what is new', async () => {
    const first = await sealNow()
    expect([first.ok, first.files.map(({ verdict }) => verdict)]).to.deep.equal([
      true,
      ['new', 'new', 'new', 'new', 'new']
    ])
    expect(odd(await verify())).to.deep.equal([])
    const before = readFileSync(sealLogOf(home), 'utf8')
    await sealNow()
    const after = readFileSync(sealLogOf(home), 'utf8')
    expect(after.startsWith(before)).to.equal(true)
    expect(after.slice(before.length).trimEnd().split('\n')).to.have.length(1)
    expect((await verify()).ok).to.equal(true)
  })

  it('are made one after the other when two are made at once', async () => {
    const made = await Promise.all([sealNow(), sealNow(), sealNow()])
    expect(made.map(({ ok }) => ok)).to.deep.equal([true, true, true])
    const { ok, log } = await verify()
    expect({ ok, seals: log.seals, broken: log.broken }).to.deep.equal({
      ok: true,
      seals: 3,
      broken: null
    })
  })

  it('let files grow, be archived, brought back, compressed, and made plain again', async () => {
    await sealNow()
    const was = path()
    appendFileSync(join(home, was), '{"more":1}\n{"torn')
    expect(odd(await verify())).to.deep.equal([
      { path: was, verdict: 'appended', notes: '', atByte: null, line: null }
    ])
    await sealNow()
    appendFileSync(join(home, was), '":2}\n')
    await withEngine({ home }, (engine) => right(engine.archive(ID)))
    await right(() => compressRollouts({ home, threads: [ID] }))
    const moved = await verify()
    expect([moved.ok, odd(moved)]).to.deep.equal([
      true,
      [
        {
          path: path(),
          verdict: 'appended',
          notes: 'archived,compressed',
          atByte: null,
          line: null
        }
      ]
    ])
    await sealNow()
    await right(() => expandRollouts({ home, threads: [ID] }))
    await withEngine({ home }, (engine) => right(engine.unarchive(ID)))
    expect(odd(await verify())).to.deep.equal([
      { path: was, verdict: 'unchanged', notes: 'unarchived,expanded', atByte: null, line: null }
    ])
    const lines = [...linesOf()]
    writeFileSync(join(home, was), [...lines.slice(0, -1), '{"torm":2}\n'].join(''))
    const at = Buffer.byteLength(lines.slice(0, -1).join(''))
    expect(odd(await verify())[0]).to.deep.include({ verdict: 'changed', atByte: at })
  })

  it('name the line that was changed, removed, inserted or moved', async () => {
    await sealNow()
    const file = join(home, path())
    const lines = linesOf()
    const put = async (changed: ReadonlyArray<string>) => {
      writeFileSync(file, changed.join(''))
      const found = odd(await verify())
      writeFileSync(file, lines.join(''))
      return found.map(({ verdict, atByte, line }) => [verdict, atByte, line])
    }
    const swapped = lines.map((text, i) => (i === 5 ? lines[9] : i === 9 ? lines[5] : text) ?? '')
    expect(await put(swapped)).to.deep.equal([['reordered', offsetOf(5), 5]])
    expect(await put(lines.filter((_, i) => i !== 7))).to.deep.equal([
      ['lines_removed', offsetOf(7), 7]
    ])
    expect(await put([...lines.slice(0, 7), '{"x":1}\n', ...lines.slice(7)])).to.deep.equal([
      ['lines_inserted', offsetOf(7), 7]
    ])
    expect(
      await put(lines.map((text, i) => (i === 7 ? text.replace('2026', '2027') : text)))
    ).to.deep.equal([['changed', offsetOf(7), 7]])
    expect(await put([...lines.filter((_, i) => i !== 7), '{"later":1}\n'])).to.deep.equal([
      ['lines_removed', offsetOf(7), 7]
    ])
    expect((await verify()).ok).to.equal(true)
  })

  it('find any change of a byte in its line, and any cut at its byte', async () => {
    await sealNow()
    const file = join(home, path())
    const bytes = readFileSync(file)
    const lineAt = (at: number): number => (at === 0 ? 0 : bytes.lastIndexOf(10, at - 1) + 1)
    await fc.assert(
      fc.asyncProperty(
        fc.nat(bytes.length - 1),
        fc.integer({ min: 1, max: 255 }),
        fc.boolean(),
        async (at, flip, cut) => {
          const changed = Buffer.from(bytes)
          changed[at] = (changed[at] as number) ^ flip
          writeFileSync(file, changed)
          if (cut) {
            writeFileSync(file, bytes)
            truncateSync(file, at)
          }
          const [found, ...others] = odd(await verify())
          writeFileSync(file, bytes)
          expect(others).to.deep.equal([])
          if (cut) expect([found?.verdict, found?.atByte]).to.deep.equal(['truncated', at])
          else {
            expect(found?.verdict).to.not.equal('truncated')
            expect(found?.atByte).to.equal(lineAt(at))
          }
        }
      ),
      { numRuns: 60 }
    )
  })

  it('miss a file that is gone, and take a new one as not sealed yet', async () => {
    await sealNow()
    const gone = path()
    const folder = join(home, 'sessions/2026/11/22')
    mkdirSync(folder, { recursive: true })
    const added = `rollout-2026-11-22T06-49-45-${ID.replace('46e', '46f')}.jsonl`
    copyFileSync(join(home, gone), join(folder, added))
    rmSync(join(home, gone))
    const found = await verify()
    expect([found.ok, odd(found)]).to.deep.equal([
      false,
      [
        {
          path: `sessions/2026/11/22/${added}`,
          verdict: 'new',
          notes: '',
          atByte: null,
          line: null
        },
        { path: gone, verdict: 'removed', notes: '', atByte: 0, line: 0 }
      ]
    ])
  })

  it('are not made over a change, unless it is accepted', async () => {
    await sealNow()
    const before = readFileSync(sealLogOf(home))
    const changed = linesOf().map((text, i) => (i === 3 ? text.replace('2026', '2027') : text))
    writeFileSync(join(home, path()), changed.join(''))
    const refused = await sealNow()
    expect([refused.ok, refused.sealed]).to.deep.equal([false, null])
    expect(readFileSync(sealLogOf(home)).equals(before)).to.equal(true)
    expect((await sealNow(true)).sealed).to.match(/^[0-9a-f]{64}$/)
    expect(odd(await verify())).to.deep.equal([])
  })

  it('show any change of their own log, and a log that was cut back when its head was noted', async () => {
    await sealNow()
    appendFileSync(join(home, path()), '{}\n')
    const { sealed } = await sealNow()
    const log = sealLogOf(home)
    const bytes = readFileSync(log)
    expect((await verifySeal({ home, head: sealed })).ok).to.equal(true)
    await fc.assert(
      fc.asyncProperty(fc.nat(bytes.length - 1), async (at) => {
        const changed = Buffer.from(bytes)
        changed[at] = (changed[at] as number) ^ 1
        writeFileSync(log, changed)
        const { ok, log: told } = await verify()
        const line = bytes.subarray(0, at).toString('latin1').split('\n').length
        expect(ok).to.equal(false)
        expect(told.broken?.line).to.be.within(line, line + 1)
      }),
      { numRuns: 40 }
    )
    const lines = bytes.toString().split(/(?<=\n)/)
    writeFileSync(log, lines.slice(0, -1).join(''))
    expect((await verify()).log.broken?.reason).to.equal('the end of the last seal is missing')
    writeFileSync(log, lines.slice(0, -2).join(''))
    expect((await verifySeal({ home, head: sealed })).log.known).to.equal(false)
    expect((await verifySeal({ home, head: sealed })).ok).to.equal(false)
  })

  it('are made and checked from the command line, in the home or elsewhere', async () => {
    const unroll = inHome(() => home)
    const elsewhere = temporaryFolder()
    const log = join(elsewhere, 'seals.jsonl')
    try {
      const made = await unroll(['audit', 'seal', '--out', log, '--json', '--total'])
      const told = jsonLines(made.out).at(-1)
      expect([made.code, told.ok, told.verdicts]).to.deep.equal([0, true, { new: 5 }])
      const good = await unroll([
        'audit',
        'verify',
        log,
        '--json',
        '--total',
        '--head',
        told.sealed
      ])
      expect([good.code, jsonLines(good.out).at(-1).verdicts]).to.deep.equal([0, { unchanged: 5 }])
      truncateSync(join(home, path()), 100)
      const bad = await unroll(['audit', 'verify', log], { tty: true })
      expect(bad.code).to.equal(1)
      expect(bad.out.split('\n').slice(0, 2).join(' ')).to.equal(
        `${path()}: cut off at byte 100 (line 0)`
      )
      expect(await unroll(['audit', 'verify'])).to.deep.equal({
        code: 6,
        out: '',
        err: 'unroll: nothing was ever sealed here\ntype "unroll audit seal" first, or name the file of an export\n'
      })
    } finally {
      removeFolder(elsewhere)
    }
  })
})
