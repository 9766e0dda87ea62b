/**
 * Lines in several styles, wrapped at words to a width. Texts are harmless already.
 */
import type { Paint, Style } from './style.ts'
import { characters, cut, widthOf } from './text.ts'

/** A piece of a line in one style. */
export interface StyledText {
  readonly text: string
  readonly style: Style | null
}

export type StyledLine = ReadonlyArray<StyledText>

/** A text in one style. */
export const styled = (text: string, style: Style | null = null): StyledText => ({ text, style })

export const lineWidth = (line: StyledLine): number =>
  line.reduce((width, { text }) => width + widthOf(text), 0)

/** A line as it is printed. */
export const painted = (line: StyledLine, paint: Paint): string =>
  line
    .map(({ text, style }) => (style === null || text === '' ? text : paint(style, text)))
    .join('')
    .trimEnd()

/** A word, which may change its style inside, or the spaces between two. */
interface StyledWord {
  readonly isSpace: boolean
  readonly parts: Array<StyledText>
  width: number
}

const wordsOf = (line: StyledLine): ReadonlyArray<StyledWord> => {
  const words: Array<StyledWord> = []
  for (const { text, style } of line) {
    for (const part of text.match(/ +|[^ ]+/g) ?? []) {
      const isSpace = part.startsWith(' ')
      let word = words.at(-1)
      if (word?.isSpace !== isSpace) words.push((word = { isSpace, parts: [], width: 0 }))
      word.parts.push(styled(part, style))
      word.width += widthOf(part)
    }
  }
  return words
}

const ASCII = /^[\x20-\x7e]*$/

/** A text that is wider than a line, in pieces that are not. */
const piecesOf = ({ text, style }: StyledText, room: number, width: number): StyledLine => {
  if (widthOf(text) <= room) return [styled(text, style)]
  const pieces: Array<StyledText> = []
  if (ASCII.test(text)) {
    pieces.push(styled(text.slice(0, Math.max(0, room)), style))
    for (let at = Math.max(0, room); at < text.length; at += width)
      pieces.push(styled(text.slice(at, at + width), style))
    return pieces
  }
  let piece = ''
  let left = room
  for (const char of characters(text)) {
    const wide = widthOf(char)
    if (wide > left && (piece !== '' || left < width)) {
      pieces.push(styled(piece, style))
      piece = ''
      left = width
    }
    piece += char
    left -= wide
  }
  return [...pieces, styled(piece, style)]
}

/** A line in lines of a width: broken at spaces, and inside of words that are wider than a line. */
export const wrapped = (line: StyledLine, width: number): ReadonlyArray<StyledLine> => {
  if (width === Infinity || lineWidth(line) <= width) return [line]
  const room = Math.max(1, width)
  const rows: Array<StyledLine> = []
  let row: Array<StyledText> = []
  let taken = 0
  const end = (): void => {
    rows.push(row)
    row = []
    taken = 0
  }
  for (const { isSpace, parts, width: wide } of wordsOf(line)) {
    if (isSpace) {
      if (taken + wide >= room) {
        if (taken > 0) end()
      } else if (taken > 0 || rows.length === 0) {
        row.push(...parts)
        taken += wide
      }
      continue
    }
    if (taken > 0 && taken + wide > room) end()
    for (const part of parts) {
      for (const [at, piece] of piecesOf(part, room - taken, room).entries()) {
        if (at > 0) end()
        if (piece.text === '') continue
        row.push(piece)
        taken += widthOf(piece.text)
      }
    }
  }
  if (row.length > 0) rows.push(row)
  return rows
}

/** A text in one style, cut to a width. */
export const cutStyled = (text: string, width: number, style: Style | null = null): StyledText =>
  styled(width === Infinity ? text : cut(text, Math.max(1, width)), style)

/** What stands in front of the first row of a wrapped line, and in front of the others. */
export interface Margins {
  readonly first: StyledLine
  readonly rest: StyledLine
}

/** A line behind its margins, wrapped so that all of it takes at most a width. */
export const hanging = (
  line: StyledLine,
  { first, rest }: Margins,
  width: number
): ReadonlyArray<StyledLine> => {
  const room = width - Math.max(lineWidth(first), lineWidth(rest))
  return wrapped(line, Math.max(8, room)).map((row, at) => [...(at === 0 ? first : rest), ...row])
}
