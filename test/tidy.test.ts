// House rules no other tool checks. The goal: whatever is decided once about the shape of this
// repository stays true without anybody watching. The method: walk the files, collect every
// violation as a sentence, expect none.
import { expect } from 'chai'
import { existsSync, readFileSync, readdirSync, statSync } from 'node:fs'
import { join, relative, sep } from 'node:path'
import { COMMANDS, GLOBAL_OPTIONS, optionsOfAll } from '../adapters/cli/table/commands.ts'

const ROOT = join(import.meta.dirname, '..')
const IGNORED = new Set(['.git', 'node_modules', 'dist', 'coverage'])
const FIXTURES = 'test/fixtures/'
const SAMPLE = 'adapters/home/sample/'
const FILE_LINES_MAX = 500
const FILE_BYTES_MAX = 256 * 1024

// Everything that may stand at the top level; a new entry is a decision, so it is made here.
const TOP_LEVEL = new Set(
  `package.json package-lock.json tsconfig.json domain projections replay adapters migrations web test
  bench docs schemas README.md LICENSE CHANGELOG.md CONTRIBUTING.md .ci .gitignore .gitattributes
  .mocharc.json .oxfmtrc.json .oxlintrc.json .dependency-cruiser.cjs
  .c8rc.json`.split(/\s+/)
)

// Spelled in two halves, or this file would find itself.
const MARKS = ['FIX' + 'ME', 'TO' + 'DO', 'XX' + 'X', '.on' + 'ly(', '.sk' + 'ip(']

const walk = (folder: string): string[] =>
  readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name)
    if (IGNORED.has(entry.name)) return []
    if (entry.isDirectory()) return walk(path)
    return entry.isFile() ? [relative(ROOT, path).split(sep).join('/')] : []
  })

const files = walk(ROOT).filter((path) => !/^bench\/(data|results)\//.test(path))
const sources = files.filter(
  (path) => /\.tsx?$/.test(path) && !path.startsWith(FIXTURES) && !path.startsWith(SAMPLE)
)
// What others implement or build on: here a name alone is never enough.
const seams = ['replay/ports.ts', 'projections/projection.ts']
const PURE = /^(domain|migrations|projections|replay)\//
// Where a type name means one thing.
const HOUSE = /^(domain|migrations|projections|replay|adapters|web)\//
const linesOf = (path: string): string[] => readFileSync(join(ROOT, path), 'utf8').split('\n')

/**
 * Exported declarations of a file with no doc comment right above, as sentences. A name documented
 * once is documented: overloads and the type beside its codec share the comment of the first.
 */
const undocumented = (path: string): string[] => {
  const lines = linesOf(path)
  const exported =
    /^export (?:default |declare |abstract |async )*(?:const|let|function|class|interface|type)\b\*? (\w+)/
  const seen = new Set<string>()
  return lines.flatMap((line, index) => {
    const name = exported.exec(line)?.[1]
    if (name === undefined || seen.has(name)) return []
    seen.add(name)
    if ((lines[index - 1] ?? '').trimEnd().endsWith('*/')) return []
    return [`${path}:${index + 1} exports without a doc comment: ${line.slice(0, 60)}`]
  })
}

describe('tidy', () => {
  it('has no source file longer than 500 lines', () => {
    expect(sources.filter((path) => linesOf(path).length - 1 > FILE_LINES_MAX)).to.deep.equal([])
  })

  it('has no mark left behind', () => {
    const marked = sources.flatMap((path) =>
      linesOf(path).flatMap((line, index) =>
        MARKS.filter((mark) => line.includes(mark)).map((mark) => `${path}:${index + 1} ${mark}`)
      )
    )
    expect(marked).to.deep.equal([])
  })

  it('has no file over 256 KB outside the fixtures', () => {
    const large = files
      .filter((path) => !path.startsWith(FIXTURES) && path !== 'package-lock.json')
      .filter((path) => statSync(join(ROOT, path)).size > FILE_BYTES_MAX)
    expect(large).to.deep.equal([])
  })

  it('has a changelog heading for the version of the package', () => {
    const { version } = JSON.parse(linesOf('package.json').join('\n'))
    const headings = linesOf('CHANGELOG.md').filter((line) => line.startsWith('## '))
    expect(headings.some((line) => line === `## ${version}` || line.startsWith(`## ${version} `)))
      .to.be.true
  })

  it('documents every export of the seams', () => {
    expect(seams.flatMap(undocumented)).to.deep.equal([])
  })

  it('declares a type name in one file only', () => {
    const declared = /^(?:export )?(?:default |declare |abstract )*(?:interface|type|class) (\w+)/
    const places = new Map<string, Set<string>>()
    for (const path of sources.filter((source) => HOUSE.test(source)))
      for (const line of linesOf(path)) {
        const name = declared.exec(line)?.[1]
        if (name !== undefined) places.set(name, (places.get(name) ?? new Set()).add(path))
      }
    const shared = [...places].filter(([, paths]) => paths.size > 1)
    expect(shared.map(([name, paths]) => `${name}: ${[...paths].join(', ')}`)).to.deep.equal([])
    expect(places.size).to.be.above(0)
  })

  it('names no command or option of the command line in the pure core', () => {
    const commands = COMMANDS.map(({ name }) => name).join('|')
    const options = [...GLOBAL_OPTIONS, ...COMMANDS.flatMap(optionsOfAll)]
    const names = options.map(({ name }) => name).join('|')
    const words = new RegExp(`\\bunroll (${commands})\\b|(^|[^\\w-])--(${names})(?![\\w-])`)
    const found = sources
      .filter((path) => PURE.test(path))
      .flatMap((path) =>
        linesOf(path).flatMap((line, index) =>
          words.test(line) ? [`${path}:${index + 1} ${line}`] : []
        )
      )
    expect(found).to.deep.equal([])
  })

  it('has only the agreed names at the top level', () => {
    const extra = readdirSync(ROOT).filter((name) => !TOP_LEVEL.has(name) && !IGNORED.has(name))
    expect(extra.filter((name) => !/\.(log|tgz)$/.test(name))).to.deep.equal([])
    expect(existsSync(join(ROOT, 'LICENSE'))).to.be.true
  })
})
