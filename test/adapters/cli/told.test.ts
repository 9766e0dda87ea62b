// What people are told: by what a failed system call is mended, what a change would do, and what it did.
import { expect } from 'chai'
import { createHash } from 'node:crypto'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { ioHint } from '../../../adapters/io-hint.ts'
import { copyHome, removeFolder } from '../../support/fixture-home.ts'
import { homeFiles } from '../../support/home-state.ts'
import { inHome, jsonLines, unroll as plainly } from './console.ts'

const PLAIN = '01a1fcdb-41be-7f61-8f33-9491f71ecc78'
const UNNAMED = '01a1fcdb-46e0-71c3-911f-3350c9a8ce4c'

describe('command line: what people are told', () => {
  let home = ''
  const unroll = inHome(() => home)
  beforeEach(() => {
    home = copyHome('basic-142')
  })
  afterEach(() => removeFolder(home))

  const onTerminal = { tty: true, columns: 100, env: { NO_COLOR: '1' } }

  it('says how a failed system call is mended, by its code', () => {
    const uid = process.getuid?.() === 0 ? 'root' : `user ${process.getuid?.()}`
    expect(ioHint('/p', 'x', 'ENOENT')).to.equal('it does not exist: check the path')
    expect(ioHint('/p', 'EISDIR: illegal operation on a directory, read')).to.equal(
      'it is a directory: name a file'
    )
    expect(ioHint(join(home, 'gone'), 'EACCES')).to.match(
      new RegExp(`^${home} belongs to ${uid} \\(mode [0-7]{3}\\): change its permissions`)
    )
    expect(ioHint(home, 'ENOSPC')).to.match(/^the disk is full \((\d+|less than 1) MB free\): /)
    expect(ioHint('/p', 'something else')).to.match(/^check that the path exists/)
  })

  it('says of a file that does not exist that it does not', async () => {
    const { code, err } = await unroll(['append', PLAIN, '--file', join(home, 'none')])
    expect([code, err.split('\n')[1]]).to.deep.equal([5, 'it does not exist: check the path'])
  })

  it('ends with 3 when an operation is not in the log', async () => {
    const { code, out } = await unroll(['undo', 'zzz', '--json'])
    const { kind, message } = jsonLines(out)[0]
    expect([code, kind, message]).to.deep.equal([
      3,
      'operation_not_found',
      'no operation zzz in the log'
    ])
  })

  it('prints the digest of a plan that is applied without one', async () => {
    const plan = join(home, 'plan.json')
    writeFileSync(plan, '{}')
    const digest = createHash('sha256').update('{}').digest('hex')
    const { code, err } = await unroll(['repair', 'apply', plan])
    expect([code, err]).to.deep.equal([
      2,
      'unroll: repair apply needs --digest DIGEST\n' +
        `the file has the digest ${digest}; compare it with the one that "unroll repair plan" printed\n`
    ])
  })

  it('lists the turns that a rollback would hide', async () => {
    const before = homeFiles(home)
    const argv = ['rollback', PLAIN, '--turns', '2', '--dry-run']
    const { code, out } = await unroll(argv, onTerminal)
    const ids = out.split('\n').map((line) => line.slice(0, 13).trim())
    expect([code, ids]).to.deep.equal([
      0,
      ['would hide 2', 'ID', '01a1fcdb-4301', '01a1fcdb-43e6', '']
    ])
    expect(homeFiles(home)).to.deep.equal(before)
  })

  it('says what a fork would take, what it took, and how an undo is undone', async () => {
    const would = await unroll(['fork', PLAIN, '--last-turn', '1', '--dry-run'])
    expect(would.out).to.equal('would fork "Spare queue 603" (1 of 3 turns)\n')
    await unroll(['archive', PLAIN])
    const { code, err } = await unroll(['undo'], onTerminal)
    const [operation] = jsonLines((await unroll(['log', '--json'])).out)
    expect([code, err]).to.deep.equal([
      0,
      `Undid archive.\nundo: unroll undo ${operation.began.id} --home ${home} --index memory\n`
    ])
  })

  it('keeps the options of a place in every hint, but those of help', async () => {
    const { err } = await plainly(['show', 'nothing like it', '-C', home])
    expect(err.split('\n')[1]).to.equal(
      `list the threads with "unroll threads --all --home ${home}", archived ones with --archived`
    )
    const wrong = await plainly(['threads', '-C', home, '--since', 'foo'])
    expect(wrong.err).to.match(/; see "unroll help times"\n$/)
  })

  it('says what a point of a thread is where there is none like it', async () => {
    const hint =
      'write a revision such as 40, a turn, or a time such as yesterday, 2h or 2026-11-21T14:30; see "unroll help times"'
    const late = await unroll(['show', PLAIN, '--at', '99999'])
    expect([late.code, late.err.split('\n')[1]]).to.deep.equal([2, hint])
    const unknown = await unroll(['show', `${PLAIN}@foo`])
    expect([unknown.code, unknown.err.split('\n')[1]]).to.deep.equal([
      3,
      `${hint}; "unroll turns ${PLAIN}" lists the turns`
    ])
  })

  it('says what is read where a person has to type it', async () => {
    const { err } = await unroll(['append', PLAIN], { typed: true })
    expect(err.split('\n')[0]).to.equal(
      'reading events, one per line, from the terminal; Ctrl-D on a line of its own ends it'
    )
  })

  it('ends with 0 when something was found, if asked to', async () => {
    const argv = ['diff', `${PLAIN}@5`]
    expect((await unroll(argv)).code).to.equal(1)
    expect((await unroll([...argv, '--exit-zero'])).code).to.equal(0)
  })

  it('names a thread that had no name, and says nothing when that is asked for', async () => {
    const argv = ['rename', UNNAMED, 'A name']
    expect(await unroll(argv)).to.deep.equal({
      code: 0,
      out: '',
      err: 'Named "Can you lift the quiet garden under the…" "A name".\n'
    })
    expect(await unroll(['rename', UNNAMED, 'Another', '-q'])).to.include({ out: '', err: '' })
  })

  it('says that a thread has no sub-agents', async () => {
    expect(await unroll(['agents', PLAIN], onTerminal)).to.deep.equal({
      code: 0,
      out: '',
      err: 'no sub-agents\n'
    })
    expect((await unroll(['agents', PLAIN])).out).to.equal(`${PLAIN}\n`)
  })
})
