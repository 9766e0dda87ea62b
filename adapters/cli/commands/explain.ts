/**
 * unroll explain: the catalogue of problems in words; docs/CHECK.md is made of the same rows.
 */
import * as E from 'fp-ts/lib/Either.js'
import {
  isProblemKind,
  KINDS,
  PROBLEM_KINDS,
  type ProblemKind
} from '../../../domain/upkeep/check/kinds.ts'
import { problemText, REMEDIES } from '../../upkeep/check/remedies.ts'
import type { FreeCommand } from '../session.ts'
import { printJson } from '../text/print.ts'
import { usage } from '../text/report.ts'
import { printRows } from '../text/row-form.ts'
import { column, type Columns } from '../text/rows.ts'
import { painter, type Paint } from '../text/style.ts'
import { wrap } from '../text/text.ts'

type Paragraph = readonly [name: string, text: string]

export const PARAGRAPHS: Columns<Paragraph> = [
  column('name', ([name]) => name),
  column('text', ([, text]) => text)
]

/** What there is to say of a kind of problem. */
export const paragraphsOf = (kind: ProblemKind): ReadonlyArray<Paragraph> => {
  const { meaning, cause, codex, unroll, affected, repair } = KINDS[kind]
  return [
    ['Meaning', meaning],
    ['Cause', cause],
    ['Codex', codex],
    ['unroll', unroll],
    ['Affected', affected],
    ['Next', REMEDIES[kind]],
    ['Repair', 'plan' in repair ? repair.plan : `None. ${repair.none}`]
  ]
}

export const PROBLEMS: Columns<ProblemKind> = [
  column('severity', (kind) => KINDS[kind].severity, { head: 'SEVERITY', drop: 1 }),
  column('kind', (kind) => kind, { head: 'KIND', max: 24 }),
  column('meaning', (kind) => KINDS[kind].meaning, { head: 'MEANING', flex: 24 })
]

const INDENT = 10

const SEVERITY_WIDTH = 10
const KIND_WIDTH = 24
/** Narrower, what a kind means begins on a line of its own. */
const BESIDE_COLUMNS = 70

/** The kinds for people: what one means is never cut. */
const kindsText = (kinds: ReadonlyArray<ProblemKind>, width: number, paint: Paint): string =>
  kinds
    .map((kind) => {
      const { severity, meaning } = KINDS[kind]
      const isBeside = width >= BESIDE_COLUMNS
      const indent = isBeside ? SEVERITY_WIDTH + KIND_WIDTH : SEVERITY_WIDTH
      const name = isBeside ? kind.padEnd(KIND_WIDTH) : `${kind}\n${' '.repeat(indent)}`
      return `${severity.padEnd(SEVERITY_WIDTH)}${paint('bold', name)}${wrap(meaning, indent, width)}\n`
    })
    .join('')

const WIDTH = 79

/** The failure of a kind of problem that does not exist; null for one that does. */
export const unknownKind = (kinds: ReadonlyArray<string>) => {
  const unknown = kinds.find((kind) => !isProblemKind(kind))
  return unknown === undefined
    ? null
    : usage(`there is no kind of problem "${unknown}"`, 'list them with "unroll explain"')
}

export const explainCommand: FreeCommand = async (input, io) => {
  const unknown = unknownKind(input.args)
  if (unknown !== null) return E.left(unknown)
  const [named] = input.args as ReadonlyArray<ProblemKind>
  if (named === undefined) {
    const paint = painter(input, io)
    const human = (): string => kindsText(PROBLEM_KINDS, io.columns, paint)
    return printRows(
      { columns: PROBLEMS, json: problemText, human, nothing: '' },
      PROBLEM_KINDS,
      input,
      io
    )
  }
  const paragraphs = paragraphsOf(named)
  if (input.json && !input.values.has('fields')) return printJson(problemText(named), io)
  const human = (): string => {
    const text = paragraphs
      .map(
        ([name, words]) =>
          `${name.padEnd(INDENT)}${wrap(words, INDENT, Math.min(WIDTH, io.columns))}\n`
      )
      .join('')
    return `${named} (${KINDS[named].severity})\n\n${text}`
  }
  return printRows({ columns: PARAGRAPHS, human, nothing: '' }, paragraphs, input, io)
}
