/**
 * A list on the whole terminal to choose from: what it shows, and what a key does to it. Pure; the loop is in pick-thread.ts.
 */
import type { Paint } from '../text/style.ts'
import { cut, harmless, oneLine, pad, widthOf } from '../text/text.ts'
import type { Key } from './keys.ts'
import { folded, matching, type Searchable } from './match.ts'
import type { ScreenSize } from './terminal.ts'

/** A row to choose. Texts are as recorded: drawing makes them harmless. */
export interface Choice extends Searchable {
  readonly id: string
  readonly shortId: string
  readonly when: string
  readonly directory: string
  readonly title: string
}

/** Texts longer than this are not filtered by their rest. */
const FILTERED_CHARS = 200

export const choiceOf = (row: {
  readonly id: string
  readonly shortId: string
  readonly when: string
  readonly directory: string
  readonly title: string
  /** Also found by this. */
  readonly preview: string
}): Choice => {
  const { preview, ...shown } = row
  const texts = [row.title, preview, row.directory, row.id]
  return { ...shown, fields: texts.map((text) => folded(text.slice(0, FILTERED_CHARS))) }
}

export interface Picker {
  readonly query: string
  readonly rows: ReadonlyArray<Choice>
  /** What the query leaves of them. */
  readonly matches: ReadonlyArray<Choice>
  readonly at: number
  readonly hasPreview: boolean
  /** More rows are on their way. */
  readonly isLoading: boolean
  /** False where the rows are what was searched for already. */
  readonly isFilter: boolean
}

export const QUERY_MAX = 200
/** Lines around the list: the query and the help. */
const AROUND = 2
/** The preview needs a terminal this wide. */
export const PREVIEW_FROM = 100

const refiltered = (picker: Picker): Picker => {
  const { rows, query, isFilter } = picker
  return { ...picker, matches: isFilter ? matching(rows, query) : rows }
}

export const startPicker = (query: string, isFilter: boolean): Picker => ({
  ...{ query: oneLine(query).slice(0, QUERY_MAX), rows: [], matches: [], at: 0 },
  ...{ hasPreview: false, isLoading: true, isFilter }
})

/** The picker with other rows; the chosen one stays chosen. */
export const withRows = (
  picker: Picker,
  rows: ReadonlyArray<Choice>,
  isLoading: boolean
): Picker => {
  const chosen = picker.matches[picker.at]?.id
  const next = refiltered({ ...picker, rows, isLoading })
  const at = picker.at === 0 ? 0 : next.matches.findIndex(({ id }) => id === chosen)
  return { ...next, at: Math.max(0, at) }
}

const pageOf = ({ rows }: ScreenSize): number => Math.max(1, rows - AROUND)

/** What a key does: another picker, or the end with a choice or without one. */
export const afterKey = (
  picker: Picker,
  key: Key,
  size: ScreenSize
): Picker | { readonly chosen: Choice | null } => {
  const last = Math.max(0, picker.matches.length - 1)
  const moved = (by: number): Picker => ({
    ...picker,
    at: Math.min(last, Math.max(0, picker.at + by))
  })
  const asked = (query: string): Picker =>
    query === picker.query ? picker : refiltered({ ...picker, query, at: 0 })
  switch (key.name) {
    case 'text':
      return asked(`${picker.query}${harmless(key.text)}`.slice(0, QUERY_MAX))
    case 'backspace':
      return asked([...picker.query].slice(0, -1).join(''))
    case 'eraseWord':
      return asked(picker.query.replace(/\S*\s*$/, ''))
    case 'eraseLine':
      return asked('')
    case 'up':
      return moved(-1)
    case 'down':
      return moved(1)
    case 'pageUp':
      return moved(-pageOf(size))
    case 'pageDown':
      return moved(pageOf(size))
    case 'home':
      return moved(-Infinity)
    case 'end':
      return moved(last)
    case 'tab':
      return { ...picker, hasPreview: !picker.hasPreview }
    case 'enter': {
      const chosen = picker.matches[picker.at]
      return chosen === undefined ? picker : { chosen }
    }
    case 'escape':
    case 'interrupt':
      return { chosen: null }
  }
}

/** Columns of the list, and of the preview beside it; 0 without one. */
export const split = (
  { hasPreview }: Picker,
  { columns }: ScreenSize
): { readonly list: number; readonly preview: number } => {
  if (!hasPreview || columns < PREVIEW_FROM) return { list: columns, preview: 0 }
  const list = Math.floor(columns / 2)
  return { list, preview: columns - list - 3 }
}

const DIRECTORY_FROM = 90

const rowText = (choice: Choice, width: number): string => {
  const directory = width >= DIRECTORY_FROM ? [pad(cut(oneLine(choice.directory), 24), 24)] : []
  const fixed = [pad(oneLine(choice.shortId), 13), pad(choice.when, 20), ...directory].join('  ')
  const room = width - widthOf(fixed) - 4
  return room < 8
    ? cut(oneLine(choice.title) || choice.shortId, width - 2)
    : `${fixed}  ${cut(oneLine(choice.title) || '(nothing said yet)', room)}`
}

/** The lines of the screen. `preview`: lines beside the list, harmless already. */
export const screenOf = (
  picker: Picker,
  size: ScreenSize,
  preview: ReadonlyArray<string>,
  paint: Paint
): ReadonlyArray<string> => {
  const { matches, rows, at, query, isLoading } = picker
  const width = split(picker, size)
  const page = pageOf(size)
  const top = Math.max(0, Math.min(at - Math.floor(page / 2), matches.length - page))
  const count = `${matches.length} of ${rows.length}${isLoading ? ' …' : ''}`
  const room = size.columns - count.length - 4
  const shown = widthOf(query) <= room ? query : `…${query.slice(-Math.max(1, room - 1))}`
  const head = `${paint('cyan', '>')} ${pad(cut(shown, room), room)}  ${paint('dim', count)}`
  const visible = matches.slice(top, top + page)
  const list = Array.from({ length: page }, (_, i) => {
    const choice = visible[i]
    const isChosen = top + i === at && choice !== undefined
    const text = choice === undefined ? '' : rowText(choice, width.list)
    const line = isChosen ? paint('bold', `> ${text}`) : `  ${text}`
    const empty = i === 0 && matches.length === 0 && !isLoading ? paint('dim', '  no match') : line
    if (width.preview === 0) return choice === undefined ? empty : line
    const gap = ' '.repeat(Math.max(0, width.list - widthOf(`  ${text}`)))
    return `${line}${gap} ${paint('dim', '│')} ${cut(preview[i] ?? '', width.preview)}`
  })
  const tab = size.columns >= PREVIEW_FROM ? '  Tab preview' : ''
  const help = `Enter choose  Esc cancel  ↑↓ PgUp PgDn move${tab}`
  return [head, ...list, paint('dim', cut(help, size.columns - 1))]
}
