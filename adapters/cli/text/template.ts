/**
 * The texts of `--format`: fields of a row in braces, each through filters. There is no code in them: a name is looked up
 * among the columns, a filter among six.
 */
import * as E from 'fp-ts/lib/Either.js'
import type { Clock } from './clock.ts'
import { usage, type CommandFailure } from './report.ts'
import { columnNamed, namesOf, type Columns } from './rows.ts'
import { cut, harmless, oneLine, pad, size } from './text.ts'

type Value = string | number | null

const WIDTH_MAX = 1000
const SECOND = 1000
const AGES: ReadonlyArray<readonly [ms: number, unit: string]> = [
  [7 * 86_400 * SECOND, 'w'],
  [86_400 * SECOND, 'd'],
  [3600 * SECOND, 'h'],
  [60 * SECOND, 'min'],
  [SECOND, 's']
]

const msOf = (value: Value): number =>
  typeof value === 'number' ? value : Date.parse(String(value ?? ''))

const ageText = (ms: number): string => {
  const [length, unit] = AGES.find(([each]) => ms >= each) ?? [SECOND, 's']
  return `${Math.max(0, Math.floor(ms / length))} ${unit} ago`
}

/** When and where a text is read. */
export interface ReadMoment {
  readonly nowMs: number
  readonly clock: Clock
}

type Filter = (value: Value, argument: string, moment: ReadMoment) => Value

const widthIn = (argument: string): number => Math.min(WIDTH_MAX, Number(argument))

/** What comes out is text or a number again, so that filters can follow each other. */
const FILTERS: ReadonlyMap<string, readonly [takes: 'number' | 'text' | 'nothing', Filter]> =
  new Map([
    ['truncate', ['number', (value, width) => cut(oneLine(String(value ?? '')), widthIn(width))]],
    ['pad', ['number', (value, width) => pad(oneLine(String(value ?? '')), widthIn(width))]],
    [
      'ago',
      [
        'nothing',
        (value, _, { nowMs }) => (Number.isNaN(msOf(value)) ? value : ageText(nowMs - msOf(value)))
      ]
    ],
    [
      'local',
      [
        'nothing',
        (value, _, { clock }) =>
          Number.isNaN(msOf(value)) ? value : clock.time(msOf(value), 'minute')
      ]
    ],
    ['size', ['nothing', (value) => (typeof value === 'number' ? size(value) : value)]],
    ['default', ['text', (value, text) => (value === null || value === '' ? text : value)]]
  ])

/** Names of the filters, for the help. */
export const FILTER_NAMES: ReadonlyArray<string> = [...FILTERS.keys()]

const ESCAPES: Readonly<Record<string, string>> = {
  '\\n': '\n',
  '\\t': '\t',
  '\\\\': '\\',
  '{{': '{',
  '}}': '}'
}

const wrong = (message: string, next: string): E.Either<CommandFailure, never> =>
  E.left(usage(message, next))

/** A piece of a template: text as it is, or a field with its filters. */
const PIECE = /\{\{|\}\}|\\[nt\\]|\{([^{}]*)\}|[{}]/g

type Render<A> = (row: A) => string

const fieldIn = <A>(
  text: string,
  columns: Columns<A>,
  moment: ReadMoment
): E.Either<CommandFailure, Render<A>> => {
  const [name = '', ...filters] = text.split('|').map((part) => part.trim())
  const column = columnNamed(columns, name)
  if (column === undefined)
    return wrong(`there is no field "${name}"`, `the fields are ${namesOf(columns).join(', ')}`)
  const steps: Array<(value: Value) => Value> = []
  for (const each of filters) {
    const [filter = '', ...rest] = each.split(':')
    const argument = rest.join(':')
    const found = FILTERS.get(filter)
    if (found === undefined)
      return wrong(`there is no filter "${filter}"`, `the filters are ${FILTER_NAMES.join(', ')}`)
    const [takes, apply] = found
    const isFine =
      takes === 'number' ? /^[1-9]\d*$/.test(argument) : takes === 'text' || each === filter
    if (!isFine)
      return wrong(
        `the filter ${filter} ${takes === 'number' ? 'needs a width' : 'takes nothing'}`,
        takes === 'number' ? `write {${name}|${filter}:40}` : `write {${name}|${filter}}`
      )
    steps.push((value) => apply(value, argument, moment))
  }
  return E.right((row) => {
    const value = steps.reduce<Value>((made, step) => step(made), column.field(row))
    return harmless(String(value ?? ''))
  })
}

/** What a template makes of a row: one line. */
export const templateOf = <A>(
  template: string,
  columns: Columns<A>,
  moment: ReadMoment
): E.Either<CommandFailure, Render<A>> => {
  const parts: Array<Render<A>> = []
  let end = 0
  for (const { 0: piece, 1: inside, index } of template.matchAll(PIECE)) {
    const before = template.slice(end, index)
    const literal = before + (ESCAPES[piece] ?? '')
    parts.push(() => literal)
    end = index + piece.length
    if (inside !== undefined) {
      const field = fieldIn(inside, columns, moment)
      if (E.isLeft(field)) return field
      parts.push(field.right)
    } else if (piece === '{' || piece === '}')
      return wrong(`"${piece}" in the format has no partner`, `write ${piece}${piece} for the sign`)
  }
  const rest = template.slice(end)
  return E.right((row) => parts.map((part) => part(row)).join('') + rest)
}
