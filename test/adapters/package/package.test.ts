// What npm would publish. The goal: nothing is in it that nobody needs, what is promised is there, and the promised types change only
// when somebody says so. The method: ask npm what it would pack, have publint judge it, and compare the types with what is on record.
import { expect } from 'chai'
import { execFileSync } from 'node:child_process'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { publint } from 'publint'
import { apiReport } from '../../support/api-report.ts'

const ROOT = join(import.meta.dirname, '..', '..', '..')
const read = (path: string): string => readFileSync(join(ROOT, path), 'utf8')

const MB = 1_000_000
const PACKED_BYTES_MAX = 2.5 * MB
const UNPACKED_BYTES_MAX = 9 * MB
/**
 * Documents, man pages and schemas are counted by themselves: each command brings some. The page brings a script for each view that is
 * loaded when it is opened, and one for each set of modules that some views share: 75 of these.
 */
const FILES_MAX = 125

interface Packed {
  readonly name: string
  readonly size: number
  readonly unpackedSize: number
  readonly files: ReadonlyArray<{ readonly path: string }>
}

describe('the package', () => {
  let packed: Packed
  before(() => {
    expect(existsSync(join(ROOT, 'dist', 'library.d.ts')), 'npm run build comes first').to.equal(
      true
    )
    const words = ['pack', '--dry-run', '--json', '--ignore-scripts']
    const answer = execFileSync('npm', words, {
      cwd: ROOT,
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore']
    })
    ;[packed] = JSON.parse(answer) as [Packed]
  })
  const paths = (): ReadonlyArray<string> => packed.files.map(({ path }) => path)

  it('is small', () => {
    expect(packed.size).to.be.below(PACKED_BYTES_MAX)
    expect(packed.unpackedSize).to.be.below(UNPACKED_BYTES_MAX)
    const counted = paths().filter((path) => !/^(docs|schemas|dist\/man)\//.test(path))
    expect(counted.length).to.be.below(FILES_MAX)
  })

  it('holds what runs, its types and its documents, and nothing that is made for one machine', () => {
    expect(packed.name).to.equal('codex-unroll')
    const wanted = `README.md LICENSE CHANGELOG.md package.json docs/CLI.md docs/FORMAT.md schemas/threads.json dist/unroll.cjs dist/code-cache.cjs
      dist/program.cjs dist/rest.cjs dist/chunks.cjs dist/chunks.json dist/fold-worker.cjs dist/probe.cjs dist/index-process.cjs
      dist/library.js dist/library.d.ts dist/app-server.js dist/app-server.d.ts
      dist/THIRD-PARTY.txt dist/sample/session_index.jsonl`
    expect(wanted.split(/\s+/).filter((path) => !paths().includes(path))).to.deep.equal([])
    expect(
      paths()
        .filter((path) => /\.(map|cache|ts)$|\.stamp/.test(path))
        .sort()
    ).to.deep.equal(['dist/app-server.d.ts', 'dist/library.d.ts'])
  })

  it('has no mistake that publint knows', async () => {
    const { messages } = await publint({ pkgDir: ROOT, pack: 'npm', strict: true })
    expect(messages).to.deep.equal([])
  })

  it('installs no package that it has inside', () => {
    const { dependencies } = JSON.parse(read('package.json')) as {
      readonly dependencies: Readonly<Record<string, string>>
    }
    const inside = Object.keys(dependencies).filter((name) => {
      const asked = new RegExp(`(from ?|import\\(|require\\()["']${name}[/"']`)
      return !['chunks.cjs', 'library.d.ts'].some((file) => asked.test(read(`dist/${file}`)))
    })
    expect(inside).to.deep.equal([])
  })

  for (const [entry, title] of [
    ['library', 'Types of codex-unroll'],
    ['app-server', 'Types of codex-unroll/app-server']
  ] as const)
    it(`promises the types of ${entry} that are on record`, () => {
      const report = apiReport(title, read(`dist/${entry}.d.ts`))
      const path = `docs/api/${entry}.md`
      if (process.env['UPDATE_DOCS'] === '1') writeFileSync(join(ROOT, path), report)
      expect(read(path)).to.equal(report)
    })
})
