// What people are told: by what a failed system call is mended, what a change would do, and what it did.
import { expect } from 'chai'
import { createHash } from 'node:crypto'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { ioHint } from '../../../adapters/io-hint.ts'
import { copyHome, removeFolder } from '../../support/fixture-home.ts'
import { homeFiles } from '../../support/home-state.ts'
import { inHome, jsonLines } from './console.ts'

const PLAIN = '01a1fcdb-41be-7f61-8f33-9491f71ecc78'
const FIRST_TURN = '01a1fcdb-4284-7d22-8532-e46d1ea470d1'

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
    expect(would.out).to.equal(`would fork "Spare queue 603" up to turn ${FIRST_TURN}\n`)
    await unroll(['archive', PLAIN])
    const { code, out } = await unroll(['undo'], onTerminal)
    const [operation] = jsonLines((await unroll(['log', '--json'])).out)
    expect([code, out]).to.deep.equal([
      0,
      `Undid archive.\nundo: unroll undo ${operation.began.id} --home ${home} --index memory\n`
    ])
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
