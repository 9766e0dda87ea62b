/**
 * What the command line asks of an export.
 */
import * as E from 'fp-ts/lib/Either.js'
import { readFileSync } from 'node:fs'
import { homedir, hostname, userInfo } from 'node:os'
import { extname } from 'node:path'
import { FORMAT_FACTS } from '../../../../domain/export/formats.ts'
import {
  EXPORT_FORMATS,
  type ExportDetail,
  type ExportFormatName
} from '../../../../domain/export/shape.ts'
import { ownRule, type SecretRule } from '../../../../domain/redact/rules.ts'
import type { Engine } from '../../../../replay/engine.ts'
import {
  INCLUDABLE,
  type ExportOptions,
  type ExportSplit,
  type Redaction
} from '../../../export/export.ts'
import { flagOf, listOf, numberOf, textOf, type Input } from '../../args.ts'
import type { Io } from '../../io.ts'
import { turnNamed } from '../../naming/turn-name.ts'
import { pathOf, rangeIn } from '../../options.ts'
import { openPast } from '../../session.ts'
import { usage, type CommandFailure, type Tried } from '../../text/report.ts'

/** The format that is named, or that the name of the file ends with. */
export const formatOf = (input: Input): ExportFormatName => {
  const named = textOf(input, 'to')
  const ending = extname(textOf(input, 'out') ?? '').slice(1)
  return EXPORT_FORMATS.find((one) => one === (named ?? ending)) ?? 'md'
}

const ownRules = (
  path: string | undefined
): E.Either<CommandFailure, ReadonlyArray<SecretRule>> => {
  if (path === undefined) return E.right([])
  const rules: Array<SecretRule> = []
  for (const [at, line] of readFileSync(path, 'utf8').split('\n').entries()) {
    try {
      const rule = ownRule(line)
      if (rule !== null) rules.push(rule)
    } catch {
      return E.left(
        usage(
          `line ${at + 1} of ${path} is no pattern of JavaScript`,
          'write /pattern/flags, or a text as it is'
        )
      )
    }
  }
  return E.right(rules)
}

const redactionOf = (
  input: Input,
  io: Io,
  format: ExportFormatName
): E.Either<CommandFailure, Redaction | null> => {
  const asks = ['redact', 'redact-strict', 'redact-file', 'redact-report']
  const wants = asks.some((name) => input.values.has(name)) || FORMAT_FACTS[format].isForPeople
  if (flagOf(input, 'no-redact') || !wants) return E.right(null)
  const names = { homeFolder: homedir(), user: userInfo().username, host: hostname() }
  return E.map((own: ReadonlyArray<SecretRule>): Redaction => ({
    ...(own.length === 0 ? {} : { own }),
    ...(flagOf(input, 'redact-strict') ? { personal: names } : {})
  }))(ownRules(pathOf(input, io, 'redact-file')))
}

/** Places of `3..7`; the second is left out. */
export const turnsOf = async (
  input: Input,
  engine: Engine,
  threadId: string
): Promise<Tried<ExportOptions['turns']>> => {
  const text = textOf(input, 'turns')
  if (text === undefined) return E.right(undefined)
  const [first = '', last = first] = text.split('..')
  const placeOf = async (name: string, without: number): Promise<Tried<number>> => {
    if (name === '') return E.right(without)
    return E.map(({ place }: { readonly place: number }) => place)(
      await turnNamed(engine, threadId, name)
    )
  }
  const from = await placeOf(first, 0)
  if (E.isLeft(from)) return from
  const end = await placeOf(last, Infinity)
  if (E.isLeft(end)) return end
  return from.right > end.right
    ? E.left(usage(`--turns ${text} ends before it begins`, `write --turns ${last}..${first}`))
    : E.right({ from: from.right, until: end.right + 1 })
}

const isMarkdownFile = (input: Input): boolean =>
  formatOf(input) === 'md' && (textOf(input, 'out') ?? '-') !== '-'

/** Markdown in a file has its pictures beside it, unless something else is asked for. */
export const imagesOf = (input: Input): 'embed' | 'files' | 'omit' | undefined => {
  const asked = textOf(input, 'images') as 'embed' | 'files' | 'omit' | undefined
  return asked ?? (isMarkdownFile(input) ? 'files' : undefined)
}

const SPLIT_BYTES_MIN = 100_000
const UNITS: Readonly<Record<string, number>> = { k: 1e3, m: 1e6, g: 1e9, '': 1 }

/** `10MB`, `500k`, `2000000`; null where it is no size. */
const bytesOf = (text: string): number | null => {
  const [, count, unit = ''] = /^(\d{1,12}(?:\.\d{1,6})?) ?([kmg]?)b?$/i.exec(text) ?? []
  return count === undefined ? null : Number(count) * (UNITS[unit.toLowerCase()] ?? 1)
}

/** How an export is cut into parts; null where it is not. Their names are those of the files. */
export const splitOf = (input: Input): E.Either<CommandFailure, ExportSplit | null> => {
  const text = textOf(input, 'split')
  if (text === undefined) return E.right(null)
  if (formatOf(input) !== 'html' || (textOf(input, 'out') ?? '-') === '-')
    return E.left(usage('--split is for HTML in files', 'name one with --out FILE.html'))
  const bytesMax = bytesOf(text)
  if (bytesMax === null || bytesMax < SPLIT_BYTES_MIN)
    return E.left(usage(`--split takes a size from 100kB on, not "${text}"`, 'write --split 10MB'))
  return E.right({ bytesMax, nameOf: (part) => `part-${part}` })
}

/** Everything but the turns, which differ from thread to thread. */
export const optionsOf = (input: Input, io: Io): E.Either<CommandFailure, ExportOptions> => {
  const to = formatOf(input)
  const redaction = redactionOf(input, io, to)
  if (E.isLeft(redaction)) return redaction
  const range = rangeIn(input, io)
  if (E.isLeft(range)) return range
  const images = imagesOf(input)
  if (images === 'files' && !isMarkdownFile(input))
    return E.left(
      usage('--images files is for Markdown in a file', 'add --to md and --out FILE, or embed them')
    )
  const asked = listOf(input, 'with')
  const outputMax = numberOf(input, 'max-output')
  return E.right({
    ...range.right,
    to,
    detail: (textOf(input, 'detail') ?? 'normal') as ExportDetail,
    included: INCLUDABLE.filter((one) => asked.includes(one) || asked.includes('all')),
    redaction: redaction.right,
    generator: `unroll ${io.version}`,
    ...(outputMax === undefined ? {} : { outputMax }),
    ...(images === undefined || images === 'files' ? {} : { images }),
    ...(flagOf(input, 'reproducible') ? {} : { exportedAt: new Date(io.nowMs()).toISOString() }),
    ...(flagOf(input, 'include-rolled-back') ? { openAt: openPast(input, io) } : {})
  })
}
