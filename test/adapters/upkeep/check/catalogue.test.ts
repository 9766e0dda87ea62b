// The catalogue of problems. The goal: every kind is explained in whole sentences and produced by a test. The method: the rows are
// looked at as data, and the tests are searched for the names.
import { expect } from 'chai'
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { renderCheckMarkdown } from '../../cli/rendered-docs.ts'
import { findingOf } from '../../../../domain/upkeep/check/finding.ts'
import { KINDS, PROBLEM_KINDS } from '../../../../domain/upkeep/check/kinds.ts'

const ROOT = join(import.meta.dirname, '..', '..', '..')
const PAGE = join(ROOT, '..', 'docs', 'CHECK.md')
/** Kinds of Codex's database are told by `doctor` and tested there. */
const DATABASE = /^(state_|backfill_)/

/** Sources of the tests that may produce a kind, this file left out. */
const sources = (folders: ReadonlyArray<string>): string =>
  folders
    .flatMap((folder) =>
      readdirSync(join(ROOT, folder))
        .filter((name) => name.endsWith('.test.ts') && name !== 'catalogue.test.ts')
        .map((name) => readFileSync(join(ROOT, folder, name), 'utf8'))
    )
    .join('\n')

const isSentence = (text: string): boolean => /^\S.*[.]$/s.test(text)

describe('check: the catalogue', () => {
  it('has docs/CHECK.md in step with it', () => {
    if (process.env['UPDATE_DOCS'] === '1') writeFileSync(PAGE, renderCheckMarkdown())
    expect(readFileSync(PAGE, 'utf8')).to.equal(renderCheckMarkdown())
  })

  it('says everything in whole sentences', () => {
    const broken = PROBLEM_KINDS.flatMap((kind) => {
      const { meaning, cause, codex, unroll, affected, repair } = KINDS[kind]
      const texts = { meaning, cause, codex, unroll, affected, ...repair }
      return Object.entries(texts).flatMap(([name, text]) =>
        isSentence(text) ? [] : [`${kind} ${name}: ${text}`]
      )
    })
    expect(broken).to.deep.equal([])
  })

  it('has a test that produces each kind', () => {
    const text = sources(['adapters/upkeep/check', 'adapters/cli', 'adapters/log/jsonl'])
    const untested = PROBLEM_KINDS.filter(
      (kind) => !DATABASE.test(kind) && !text.includes(`'${kind}'`)
    )
    expect(untested).to.deep.equal([])
  })

  it('advises a repair exactly where there is one', () => {
    const advised = PROBLEM_KINDS.filter((kind) => KINDS[kind].remedy.includes('repair plan'))
    const repaired = PROBLEM_KINDS.filter((kind) => 'plan' in KINDS[kind].repair)
    expect(advised).to.deep.equal(repaired)
  })

  it('puts the thread into what to type next', () => {
    expect(findingOf('torn_tail', { threadId: 'x' }).remedy).to.equal('unroll repair plan x')
  })
})
