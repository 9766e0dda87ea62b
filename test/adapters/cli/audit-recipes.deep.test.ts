// The recipes of docs/AUDIT.md check an export without unroll: what was changed, left out or moved is noticed.
import { expect } from 'chai'
import { execFileSync, spawnSync } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { copyHome, removeFolder, temporaryFolder } from '../../support/fixture-home.ts'
import { inHome } from './console.ts'

const FORK = '01a1fcde-3abc-7921-ae69-8e353aa02221'

const DOCUMENT = readFileSync(
  join(import.meta.dirname, '..', '..', '..', 'docs', 'AUDIT.md'),
  'utf8'
)

/** A recipe of the document. */
const recipe = (language: string): string =>
  new RegExp(`^\`\`\`${language}\n([^]*?)^\`\`\`$`, 'm').exec(DOCUMENT)?.[1] ?? ''

const has = (program: string): boolean => spawnSync(program, ['--version']).error === undefined

describe('an export of the audit trail', () => {
  let home: string
  let folder: string
  const unroll = inHome(() => home)

  beforeEach(() => {
    home = copyHome('fork-rollback-142')
    folder = temporaryFolder()
  })
  afterEach(() => {
    removeFolder(home)
    removeFolder(folder)
  })

  const recipes = [
    ['sh', 'sha256sum', ['sh', 'recipe.sh']],
    ['python', 'python3', ['python3', 'recipe.py']]
  ] as const
  for (const [language, , run] of recipes.filter(([, program]) => has(program)))
    it(`can be checked without unroll: the recipe for ${language}`, async () => {
      const file = join(folder, 'trail.jsonl')
      await unroll(['audit', 'export', '--out', file])
      writeFileSync(join(folder, run[1]), recipe(language))
      const check = () => spawnSync(run[0], [run[1]], { cwd: folder, encoding: 'utf8' })
      expect(execFileSync(run[0], [run[1]], { cwd: folder, encoding: 'utf8' })).to.equal(
        'unchanged\n'
      )
      const whole = readFileSync(file, 'utf8').split('\n')
      const changes: ReadonlyArray<ReadonlyArray<string>> = [
        whole.map((line, i) => (i === 7 ? line.replace('"seq":7', '"seq":8') : line)),
        whole.filter((_, i) => i !== 3),
        whole.filter((_, i) => i !== whole.length - 3),
        whole.filter((line) => !line.includes(FORK)),
        [...whole.slice(0, 2), whole[3] ?? '', whole[2] ?? '', ...whole.slice(4)]
      ]
      for (const lines of changes) {
        writeFileSync(file, lines.join('\n'))
        expect(check().status).to.equal(1)
      }
      writeFileSync(file, whole.join('\n'))
      expect(check().status).to.equal(0)
    })
})
