/**
 * Differences of threads in words.
 */
import type { Difference, FileSum, ModelSum } from '../../../domain/difference/thread.ts'
import { isJsonObject, textIn, type JsonObject } from '../../../domain/json.ts'
import type { ThreadItem, Turn } from '../../../domain/protocol.ts'
import { itemText, speaker } from './item-text.ts'
import { column, type Columns } from './rows.ts'
import type { Paint } from './style.ts'
import { cut, oneLine, plural } from './text.ts'

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

const toldWords = (item: JsonObject): string =>
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

const wordsOf = (one: Difference): string => {
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
  return toldWords(one.change === 'added' ? one.after : one.before)
}

const nameOf = (one: Difference): string => {
  if ('field' in one) return one.field
  return one.of === 'context' ? 'item' : one.key
}

/** One line for people. */
export const differenceText = (one: Difference, width: number, paint: Paint): string => {
  const line = `${SIGNS[one.change]} ${one.of.padEnd(7)}  ${oneLine(nameOf(one))}  ${oneLine(wordsOf(one))}`
  return `${paint(COLOURS[one.change], cut(line, width))}\n`
}

export const DIFFERENCES: Columns<Difference> = [
  column('part', (one) => one.of),
  column('change', (one) => one.change),
  column('key', nameOf),
  column('words', wordsOf)
]
