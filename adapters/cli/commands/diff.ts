/**
 * unroll diff: what changed between two points of a thread, or between two threads.
 */
import * as E from 'fp-ts/lib/Either.js'
import type {
  ThreadDifference,
  DifferencePart,
  FileSum,
  ModelSum
} from '../../../domain/thread/difference/thread.ts'
import { isJsonObject, type JsonObject, textIn } from '../../../domain/json.ts'
import type { ThreadItem, Turn } from '../../../domain/protocol.ts'
import { isUuid } from '../../../domain/ids.ts'
import type { Engine } from '../../../replay/engine.ts'
import { compareThreads, type Side } from '../../../replay/past/time-travel/compare.ts'
import type { PastPoint } from '../../../replay/past/time-travel/past.ts'
import { type Input, listOf } from '../args.ts'
import type { Io } from '../io.ts'
import { threadNamed } from '../naming/thread-name.ts'
import { foundExit } from '../options.ts'
import { type CommandEnd, type HomeCommand, withEngine } from '../session.ts'
import { itemText, speaker } from '../text/item-text.ts'
import { shortIds } from '../text/short-id.ts'
import { printRows } from '../text/row-form.ts'
import { column, type Columns } from '../text/rows.ts'
import { type Paint, painter } from '../text/style.ts'
import { cut, oneLine, plural } from '../text/text.ts'
import { pointedThread } from '../naming/thread-point.ts'
import type { Tried } from '../text/report.ts'

const SIGNS = { removed: '-', added: '+', changed: '~' } as const
const COLOURS = { removed: 'red', added: 'green', changed: 'yellow' } as const

const itemWords = (item: ThreadItem): string => `${item.type} ${itemText(item)}`

const turnWords = ({ status, items }: Turn): string => {
  const asked = items.find((item) => speaker(item) === 'you')
  return `${status}, ${plural(items.length, 'item')}${asked === undefined ? '' : `: ${itemText(asked)}`}`
}

const texts = (value: unknown): string =>
  Array.isArray(value)
    ? value.map((part) => (isJsonObject(part) ? textIn(part['text'] ?? null) : '')).join(' ')
    : ''

const contextWords = (item: JsonObject): string =>
  [
    textIn(item['role'] ?? item['type'] ?? null),
    textIn(item['name'] ?? null),
    texts(item['content'])
  ]
    .filter((word) => word !== '')
    .join(' ')

const signed = (n: number): string => `${n < 0 ? '−' : '+'}${Math.abs(n).toLocaleString('en')}`

const NO_FILE = { patches: 0, linesAdded: 0, linesDeleted: 0, rolledBack: 0 }
const NO_MODEL = { inputTokens: 0, outputTokens: 0, totalTokens: 0 }

const fileWords = (before: Omit<FileSum, 'path'>, after: Omit<FileSum, 'path'>): string => {
  const patches = after.patches - before.patches
  const rolledBack = after.rolledBack - before.rolledBack
  const counted = `${signed(patches)} ${Math.abs(patches) === 1 ? 'patch' : 'patches'}`
  const added = `${signed(after.linesAdded - before.linesAdded)} lines added`
  const deleted = `${signed(after.linesDeleted - before.linesDeleted)} deleted`
  const back = rolledBack === 0 ? '' : `, ${signed(rolledBack)} rolled back`
  return `${counted}, ${added}, ${deleted}${back}`
}

type TokenSums = Pick<ModelSum, 'inputTokens' | 'outputTokens' | 'totalTokens'>

const usageWords = (before: TokenSums, after: TokenSums): string =>
  `${signed(after.totalTokens - before.totalTokens)} tokens: ` +
  `${signed(after.inputTokens - before.inputTokens)} input, ` +
  `${signed(after.outputTokens - before.outputTokens)} output`

const short = (value: unknown): string => cut(JSON.stringify(value ?? null), 60)

const sides = <A, B>(one: { readonly before?: A; readonly after?: A }, none: B) => ({
  before: one.before ?? none,
  after: one.after ?? none
})

const wordsOf = (one: ThreadDifference): string => {
  if (one.of === 'files') {
    const { before, after } = sides(one, NO_FILE)
    return fileWords(before, after)
  }
  if (one.of === 'usage') {
    const { before, after } = sides(one, NO_MODEL)
    return usageWords(before, after)
  }
  if (one.of === 'turns') {
    if (one.change !== 'changed') return turnWords(one.change === 'added' ? one.after : one.before)
    const fields = one.fields.map(
      ({ field, before, after }) => `${field} ${short(before)} → ${short(after)}`
    )
    const items = one.items.map((item) => {
      const shown = item.change === 'removed' ? item.before : item.after
      return `${SIGNS[item.change]} ${cut(itemWords(shown), 60)}`
    })
    return [...fields, ...items].join('; ')
  }
  if ('field' in one) return `${short(one.before)} → ${short(one.after)}`
  return contextWords(one.change === 'added' ? one.after : one.before)
}

const nameOf = (one: ThreadDifference): string => {
  if ('field' in one) return one.field
  return one.of === 'context' ? 'item' : one.key
}

const differenceText = (one: ThreadDifference, width: number, paint: Paint): string => {
  const name = nameOf(one)
  const [shown = name] = isUuid(name) ? shortIds([name]) : []
  const line = `${SIGNS[one.change]} ${one.of.padEnd(7)}  ${oneLine(shown)}  ${oneLine(wordsOf(one))}`
  return `${paint(COLOURS[one.change], cut(line, width))}\n`
}

export const DIFFERENCES: Columns<ThreadDifference> = [
  column('of', (one) => one.of),
  column('change', (one) => one.change),
  column('key', nameOf),
  column('words', wordsOf)
]

/** A side as it was typed: a thread, and the point behind its last @. */
interface TypedSide {
  readonly thread: string
  readonly at?: PastPoint
}

const pointOf = ({ at }: TypedSide): { readonly at?: PastPoint } => (at === undefined ? {} : { at })

/** A side with an engine that answers as of its point. */
type OpenSide = TypedSide & { readonly engine: Engine }

const sideOf = async ({ engine, thread }: OpenSide): Promise<Tried<Side>> =>
  E.map((threadId: string) => ({ engine, threadId }))(await threadNamed(engine, thread))

const compare = async (
  input: Input,
  io: Io,
  older: OpenSide,
  newer: OpenSide
): Promise<CommandEnd> => {
  const before = await sideOf(older)
  if (E.isLeft(before)) return before
  const after = await sideOf(newer)
  if (E.isLeft(after)) return after
  const named = [...new Set(listOf(input, 'of'))] as ReadonlyArray<DifferencePart>
  const parts = named.length === 0 ? (['turns'] as const) : named
  const found = await compareThreads(before.right, after.right, parts)()
  if (E.isLeft(found)) return found
  const paint = painter(input, io)
  const human = (all: ReadonlyArray<ThreadDifference>): string =>
    all.map((one) => differenceText(one, io.columns, paint)).join('')
  const listing = { columns: DIFFERENCES, human, nothing: 'no difference' }
  const printed = await printRows(listing, found.right, input, io)
  if (E.isLeft(printed)) return printed
  return found.right.length > 0 ? foundExit(input) : 0
}

export const diffCommand: HomeCommand = async (input, io, place, open) => {
  const [first = '', second] = input.args
  const present = { input, io, now: place, open }
  const older = await pointedThread(present, first)
  if (E.isLeft(older)) return older.left
  const newer =
    second === undefined
      ? E.right({ thread: older.right.thread })
      : await pointedThread(present, second)
  if (E.isLeft(newer)) return newer.left
  return withEngine(input, io, open, { ...place, ...pointOf(older.right) }, (one, quiet) =>
    withEngine(input, quiet, open, { ...place, ...pointOf(newer.right) }, (other, still) =>
      compare(input, still, { ...older.right, engine: one }, { ...newer.right, engine: other })
    )
  )
}
