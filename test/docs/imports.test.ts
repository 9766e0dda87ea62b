// The example of docs/IMPORTS.md is the file it names, and imports a format that unroll does not know.
import { expect } from 'chai'
import { execFileSync } from 'node:child_process'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { removeFolder, temporaryFolder } from '../support/fixture-home.ts'

const ROOT = join(import.meta.dirname, '..', '..')
const EXAMPLE = join(ROOT, 'docs/examples/import-sessions.mjs')

const line = (who: string, says: string): string =>
  JSON.stringify({ who, says, when: 1_790_000_000, in: '/work' })

describe('docs/IMPORTS.md', () => {
  it('shows the example as it is', () => {
    const [, shown] =
      /```js\n([^]*?)```/.exec(readFileSync(join(ROOT, 'docs/IMPORTS.md'), 'utf8')) ?? []
    expect(shown).to.equal(readFileSync(EXAMPLE, 'utf8'))
  })

  it('has an example that imports a made-up format, each session once', () => {
    const folder = temporaryFolder()
    const [talks, home] = [join(folder, 'talks'), join(folder, 'home')]
    for (const each of [talks, home]) mkdirSync(each)
    writeFileSync(
      join(talks, 'one.talk'),
      `${line('me', 'hello parrot')}\n${line('bot', 'hello')}\nno line\n`
    )
    writeFileSync(join(talks, 'two.talk'), `${line('bot', 'nobody asked')}\n`)
    writeFileSync(join(talks, 'other.txt'), line('me', 'no session'))
    const program = join(folder, 'program.mjs')
    const text = readFileSync(EXAMPLE, 'utf8')
    writeFileSync(program, text.replace(`'codex-unroll'`, `'${join(ROOT, 'adapters/library.ts')}'`))
    const run = (): ReadonlyArray<string> =>
      execFileSync(process.execPath, ['--import', 'tsx', program, talks, home], {
        cwd: ROOT,
        encoding: 'utf8'
      }).split('\n')
    const outcomes = run()
    expect([...outcomes].sort()).to.deep.equal(
      ['', 'empty: null', 'imported: hello parrot', 'thread: hello parrot (/work)'].sort()
    )
    expect(run()).to.deep.equal(['empty: null', 'thread: hello parrot (/work)', ''])
    removeFolder(folder)
  })
})
