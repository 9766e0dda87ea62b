// The pager: when it starts, what it gets, and that its failure is none of the command's. The method: real programs of the
// shell take the place of `less`, and write what they read to a file.
import { expect } from 'chai'
import { spawn } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseCommandLine, type Input } from '../../../adapters/cli/args.ts'
import type { Io } from '../../../adapters/cli/io.ts'
import { withPager } from '../../../adapters/cli/terminal/pager.ts'
import { removeFolder, temporaryFolder } from '../../support/fixture-home.ts'

const ROWS = 5
const LINES = Array.from({ length: 200 }, (_, at) => `line ${at}\n`)

const inputOf = (...argv: ReadonlyArray<string>): Input => {
  const parsed = parseCommandLine(['show', 'x', ...argv])
  if (!parsed.ok) throw new Error(parsed.failure.message)
  return parsed.input
}

describe('pager', () => {
  let folder = ''
  before(() => (folder = temporaryFolder()))
  after(() => removeFolder(folder))

  /** Prints lines through a pager; answers what went past it, and how often it was started. */
  const paged = async (
    pager: string,
    lines: ReadonlyArray<string>,
    { tty = true, argv = [] as ReadonlyArray<string>, env = {} } = {}
  ) => {
    let out = ''
    let starts = 0
    let held = 0
    let written = 0
    const io = {
      out: async (text: string | Uint8Array) => void (out += String(text)),
      outIsTty: tty,
      env: { UNROLL_PAGER: pager, ...env },
      stop: new AbortController().signal
    } as unknown as Io
    const host = () => ({
      rows: ROWS,
      start: (program: string) => {
        starts += 1
        return spawn(program, { shell: true, cwd: folder, stdio: ['pipe', 'ignore', 'ignore'] })
      },
      holdInterrupts: () => {
        held += 1
        return () => void (held -= 1)
      }
    })
    const use = async (through: Parameters<Parameters<typeof withPager>[2]>[0]) => {
      for (const line of lines) {
        if (through.isLeft()) break
        await through.out(line)
        written += 1
      }
      return 'done'
    }
    const answer = await withPager(inputOf(...argv), io, use, host)
    return { answer, out, starts, held, written }
  }

  it('gives a pager all of an output that is longer than the terminal', async () => {
    const { answer, out, starts, held } = await paged('cat > whole.txt', LINES)
    expect([answer, out, starts, held]).to.deep.equal(['done', '', 1, 0])
    expect(readFileSync(join(folder, 'whole.txt'), 'utf8')).to.equal(LINES.join(''))
  })

  it('starts none where the output fits, in a pipe, when told not to, and for cat', async () => {
    const none = { answer: 'done', starts: 0, held: 0 }
    const some = LINES.slice(0, ROWS - 1)
    expect(await paged('cat', some)).to.deep.include({ ...none, out: some.join('') })
    const whole = { ...none, out: LINES.join('') }
    expect(await paged('cat > no.txt', LINES, { tty: false })).to.deep.include(whole)
    expect(await paged('cat > no.txt', LINES, { argv: ['--no-pager'] })).to.deep.include(whole)
    expect(await paged('cat > no.txt', LINES, { env: { TERM: 'dumb' } })).to.deep.include(whole)
    expect(await paged('cat', LINES)).to.deep.include(whole)
    expect(await paged('', LINES)).to.deep.include(whole)
  })

  it('prints everything itself where the pager does not exist', async () => {
    const { answer, out, held } = await paged('no-such-pager-here -x', LINES)
    expect([answer, out, held]).to.deep.equal(['done', LINES.join(''), 0])
  })

  it('ends the output quietly when the pager is left early', async () => {
    const long = Array.from({ length: 4000 }, () => `${'x'.repeat(999)}\n`)
    const { answer, out, held, written } = await paged('head -n 1 > first.txt', long)
    expect([answer, out, held]).to.deep.equal(['done', '', 0])
    expect(written).to.be.lessThan(long.length)
  })
})
