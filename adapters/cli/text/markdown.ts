/**
 * Markdown as a reader sees it: bold, italics, code, links, headings, lists, quotes, tables as text, code blocks behind a bar.
 * Line ends stay where they are, as people and models meant them. One pass, whatever the text: it may be made to be slow.
 */
import type { Style } from './style.ts'
import {
  cutStyled,
  hanging,
  lineWidth,
  styled,
  type StyledLine,
  type StyledText
} from './styled.ts'
import { lines, widthOf } from './text.ts'

/** How far the end of something that was begun is looked for. */
const SPAN_MAX = 500
/** Longer lines are no prose: they are printed as they are. */
const LINE_MAX = 10_000
/** A line with more marks that begin nothing is no prose either. */
const MISSES_MAX = 50
const TABLE_ROWS_MAX = 500

const WORD = /[\p{Letter}\p{Number}]/u
const ESCAPED = /^[!-/:-@[-`{-~]$/

/** The marks that begin a span, longest first. */
const MARKS: ReadonlyArray<readonly [mark: string, style: Style]> = [
  ['***', 'bold'],
  ['**', 'bold'],
  ['__', 'bold'],
  ['~~', 'dim'],
  ['*', 'italic'],
  ['_', 'italic']
]

/** Where the span ends that a mark at a place begins; -1 when it begins none. */
const endOfSpan = (text: string, at: number, mark: string): number => {
  const begin = at + mark.length
  const isWordMark = mark.startsWith('_')
  if (/^\s?$/.test(text[begin] ?? '')) return -1
  if (isWordMark && WORD.test(text[at - 1] ?? '')) return -1
  const near = text.slice(begin, begin + SPAN_MAX)
  for (let end = near.indexOf(mark, 1); end !== -1; end = near.indexOf(mark, end + 1)) {
    const next = near[end + mark.length] ?? ''
    if (mark.length === 1 && (near[end - 1] === mark || next === mark)) continue
    if (/\s|\\/.test(near[end - 1] ?? '') || (isWordMark && WORD.test(next))) continue
    return begin + end
  }
  return -1
}

interface InlineSpan {
  readonly texts: StyledLine
  /** Behind the span. */
  readonly end: number
}

/** Code, and how many backticks hold it. */
const codeAt = (text: string, at: number, colours: boolean): InlineSpan | null => {
  const ticks = /^`+/.exec(text.slice(at, at + 10))?.[0] ?? '`'
  const begin = at + ticks.length
  const end = text.slice(begin, begin + SPAN_MAX).indexOf(ticks)
  if (end === -1) return null
  const inside = text.slice(begin, begin + end)
  const code = /^ .*[^ ].* $/.test(inside) ? inside.slice(1, -1) : inside
  return {
    texts: [colours ? styled(code, 'cyan') : styled(`\`${code}\``)],
    end: begin + end + ticks.length
  }
}

const LINK = /^(!?)\[([^\][]{0,500})\]\(\s*<?([^\s()<>]{1,1000})>?(?:\s+"[^"]{0,200}")?\s*\)/

/** A link as its words and where it leads, which hostile words might hide. */
const linkAt = (text: string, at: number): InlineSpan | null => {
  const found = LINK.exec(text.slice(at, at + SPAN_MAX))
  if (found === null) return null
  const [whole, image, words = '', place = ''] = found
  const said = image === '' ? words : `[image${words === '' ? '' : ` ${words}`}]`
  const texts = words === place ? [styled(place)] : [styled(said), styled(` (${place})`, 'dim')]
  return { texts, end: at + whole.length }
}

const spanAt = (text: string, at: number, colours: boolean): InlineSpan | null => {
  const char = text[at]
  if (char === '`') return codeAt(text, at, colours)
  if (char === '[' || (char === '!' && text[at + 1] === '[')) return linkAt(text, at)
  if (char !== '*' && char !== '_' && char !== '~') return null
  for (const [mark, style] of MARKS) {
    if (!text.startsWith(mark, at)) continue
    const end = endOfSpan(text, at, mark)
    if (end === -1) continue
    const inside = inline(text.slice(at + mark.length, end), colours, false)
    const texts = inside.map((one) => (one.style === null ? styled(one.text, style) : one))
    return { texts, end: end + mark.length }
  }
  return null
}

/** The words of one line and their styles; `nests` is false inside of a span, where only code is looked for. */
const inline = (text: string, colours: boolean, nests = true): StyledLine => {
  const texts: Array<StyledText> = []
  let plain = ''
  let misses = 0
  const special = nests ? /[`*_~[!\\]/g : /[`\\]/g
  let at = 0
  while (at < text.length) {
    special.lastIndex = at
    const next = special.exec(text)?.index ?? text.length
    plain += text.slice(at, next)
    at = next
    if (at >= text.length) break
    if (text[at] === '\\') {
      const isEscape = ESCAPED.test(text[at + 1] ?? '')
      plain += isEscape ? (text[at + 1] ?? '') : '\\'
      at += isEscape ? 2 : 1
      continue
    }
    const span = spanAt(text, at, colours)
    if (span === null) {
      misses += 1
      if (misses > MISSES_MAX) break
      const run = /^(.)\1*/s.exec(text.slice(at, at + SPAN_MAX))?.[0] ?? ''
      plain += run
      at += run.length
      continue
    }
    if (plain !== '') texts.push(styled(plain))
    plain = ''
    texts.push(...span.texts)
    at = span.end
  }
  plain += text.slice(at)
  if (plain !== '') texts.push(styled(plain))
  return texts
}

const cellsOf = (line: string): ReadonlyArray<string> =>
  line
    .trim()
    .replace(/^\||\|$/g, '')
    .split('|')
    .map((cell) => cell.trim())

const isRule = (line: string): boolean =>
  line.length < SPAN_MAX && line.includes('-') && /^\s*\|?(\s*:?-+:?\s*\|)*\s*:?-*:?\s*$/.test(line)

const isTableHead = (line: string, next: string | undefined): boolean =>
  line.includes('|') && next?.includes('|') === true && isRule(next)

/** A table in columns; where they take too much room, a line for each cell. */
const tableRows = (
  rows: ReadonlyArray<ReadonlyArray<StyledLine>>,
  width: number
): ReadonlyArray<StyledLine> => {
  const [head = [], ...body] = rows
  const widths = head.map((_, at) => Math.max(...rows.map((row) => lineWidth(row[at] ?? []))))
  const total = widths.reduce((sum, each) => sum + each + 2, -2)
  const bold = (cell: StyledLine): StyledLine => cell.map(({ text }) => styled(text, 'bold'))
  if (total > width) {
    const cells = body.map((row) =>
      head.flatMap((name, at) => {
        const line = [...bold(name), styled(': '), ...(row[at] ?? [])]
        return hanging(line, { first: [], rest: [styled('  ')] }, width)
      })
    )
    return cells.flatMap((some, at) => (at === 0 ? some : [[], ...some]))
  }
  const row = (cells: ReadonlyArray<StyledLine>): StyledLine =>
    widths.flatMap((wide, at) => {
      const cell = cells[at] ?? []
      return [...cell, styled(' '.repeat(wide - lineWidth(cell) + 2))]
    })
  return [row(head.map(bold)), ...body.map(row)]
}

const HEADING = /^ {0,3}(#{1,6})\s+(.*?)(?:\s+#+)?$/
const ITEM = /^(\s*)([-*+]|\d{1,9}[.)])(\s+)(\[[ xX]\]\s+)?(.*)$/
const QUOTE = /^ {0,3}((?:> ?)+)(.*)$/
const FENCE = /^(\s*)(`{3,}|~{3,})\s*([^`]*)$/
const BREAK = /^ {0,3}([-*_])(?:\s*\1){2,}\s*$/

const BAR = styled('│ ', 'dim')

/** A line that is no part of a table or of a code block. */
const textLine = (line: string, width: number, colours: boolean): ReadonlyArray<StyledLine> => {
  if (line.trim() === '') return [[]]
  if (line.length > LINE_MAX) return hanging([styled(line)], { first: [], rest: [] }, width)
  if (BREAK.test(line)) return [[styled('─'.repeat(Math.min(20, width)), 'dim')]]
  const heading = HEADING.exec(line)
  if (heading !== null) {
    const words = inline(heading[2] ?? '', colours).map(({ text }) => styled(text, 'bold'))
    return hanging(words, { first: [], rest: [] }, width)
  }
  const quote = QUOTE.exec(line)
  if (quote !== null) {
    const bars = Array.from({ length: Math.min(5, quote[1]?.match(/>/g)?.length ?? 1) }, () => BAR)
    return hanging(inline(quote[2] ?? '', colours), { first: bars, rest: bars }, width)
  }
  const item = ITEM.exec(line)
  if (item === null) {
    const indent = styled(' '.repeat(Math.min(20, line.length - line.trimStart().length)))
    return hanging(inline(line.trim(), colours), { first: [indent], rest: [indent] }, width)
  }
  const [, indent = '', mark = '', , box, words = ''] = item
  const bullet = /\d/.test(mark) ? mark : '•'
  const done = box === undefined ? '' : /x/i.test(box) ? '☑ ' : '☐ '
  const first = `${' '.repeat(Math.min(20, indent.length))}${bullet} ${done}`
  const rest = ' '.repeat(widthOf(first))
  return hanging(inline(words, colours), { first: [styled(first)], rest: [styled(rest)] }, width)
}

/** The lines of a Markdown text, wrapped to a width; without colours code keeps its backticks. */
export const markdownLines = (
  text: string,
  width: number,
  colours: boolean
): ReadonlyArray<StyledLine> => {
  const source = lines(text)
  const shown: Array<StyledLine> = []
  let fence: string | null = null
  for (let at = 0; at < source.length; at++) {
    const line = source[at] ?? ''
    const opened = line.length > LINE_MAX ? null : FENCE.exec(line)
    if (fence !== null) {
      const mark = opened?.[2] ?? ''
      if (mark.startsWith(fence) && opened?.[3] === '') fence = null
      else shown.push(...hanging([styled(line)], { first: [BAR], rest: [BAR] }, width))
      continue
    }
    if (opened !== null) {
      fence = opened[2] ?? '```'
      continue
    }
    if (!isTableHead(line, source[at + 1])) {
      shown.push(...textLine(line, width, colours))
      continue
    }
    const rows = [cellsOf(line)]
    at += 1
    while (rows.length < TABLE_ROWS_MAX && source[at + 1]?.includes('|') === true) {
      at += 1
      rows.push(cellsOf(source[at] ?? ''))
    }
    shown.push(
      ...tableRows(
        rows.map((row) => row.map((cell) => inline(cell, colours))),
        width
      )
    )
  }
  return shown
}

/** A text as it is, wrapped to a width. */
export const plainLines = (text: string, width: number): ReadonlyArray<StyledLine> =>
  lines(text).flatMap((line) => hanging([styled(line)], { first: [], rest: [] }, width))

/** The lines of an output: each cut to a width, or whole where all of it was asked for. */
export const outputLines = (
  text: string,
  width: number,
  whole: boolean
): ReadonlyArray<StyledLine> =>
  whole ? plainLines(text, width) : lines(text).map((line) => [cutStyled(line, width)])
