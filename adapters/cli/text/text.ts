/**
 * Text for people. Transcripts are hostile input: a model or a web page may have put terminal commands or
 * direction overrides into them, so every text is made harmless before it is printed.
 */

/** Control characters (C0, DEL, C1), line separators, bidirectional controls, byte order marks, lone surrogates. */
const UNSAFE =
  /[\u0000-\u001f\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff]|\p{Surrogate}/gu
/** Those of them that JSON may carry as they are. */
const UNSAFE_IN_JSON = /[\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff]/g

const hex = (char: string, digits: number): string =>
  (char.codePointAt(0) ?? 0).toString(16).padStart(digits, '0')

const visible = (char: string): string =>
  char < '\u0100' ? `\\x${hex(char, 2)}` : `\\u${hex(char, 4)}`

/** A piece of a line for a terminal: control characters spelled out, spaces kept. */
export const harmless = (text: string): string => text.replace(UNSAFE, visible)

/** One line for a terminal: white space collapsed, the rest of the control characters spelled out. */
export const oneLine = (text: string): string =>
  text
    .replace(/[\s\u0085]+/g, ' ')
    .trim()
    .replace(UNSAFE, visible)

/** Several lines for a terminal: line ends stay, tabs become spaces, other control characters are spelled out. */
export const lines = (text: string): ReadonlyArray<string> =>
  text
    .replace(/\r\n/g, '\n')
    .replace(/\t/g, '    ')
    .split('\n')
    .map((line) => line.replace(UNSAFE, visible))

const TSV_NAMES: Readonly<Record<string, string>> = { '\n': '\\n', '\t': '\\t', '\r': '\\r' }

/** One field of a tab-separated line; a backslash is doubled, so the escapes can be undone. */
export const tsvField = (text: string): string =>
  text.replace(/\\/g, '\\\\').replace(UNSAFE, (char) => TSV_NAMES[char] ?? visible(char))

/** JSON with the same values, in which nothing can reach the terminal as a command. */
export const safeJson = (json: string): string =>
  json.replace(UNSAFE_IN_JSON, (char) => `\\u${hex(char, 4)}`)

/** Texts of which every code unit takes one column: Latin, punctuation, arrows. */
const NARROW = /^[\x20-\x7e\u00a0-\u00ac\u00ae-\u02ff\u2010-\u2027\u2190-\u2193]*$/
/** Takes no column: marks without space of their own, formats but the soft hyphen, vowels and ends of Hangul syllables. */
const ZERO = /^(?!\u00ad)[\p{Mn}\p{Me}\p{Cf}\u1160-\u11ff]/u
const WIDE =
  /^[\u1100-\u115f\u2e80-\u303e\u3041-\ua4cf\ua960-\ua97c\uac00-\ud7a3\uf900-\ufaff\ufe10-\ufe19\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6\u{16fe0}-\u{18dff}\u{1b000}-\u{1b2ff}\u{1f200}-\u{1f265}\u{1f300}-\u{1faff}\u{20000}-\u{3fffd}]|^\p{Emoji_Presentation}/u
const EMOJI_STYLE = '\ufe0f'

const pointWidth = (point: string): number => (ZERO.test(point) ? 0 : WIDE.test(point) ? 2 : 1)

/**
 * Columns of what a reader takes for one character. Terminals do not agree on clusters of several letters: those that know
 * none give each letter its columns, and two are the most that any gives the cluster.
 */
const charWidth = (char: string): number => {
  if (char.length === 1 || char.includes(EMOJI_STYLE))
    return char.length === 1 ? pointWidth(char) : 2
  let width = 0
  for (const point of char) width += pointWidth(point)
  return Math.min(2, width)
}

let segmenter: Intl.Segmenter | null = null
/** What a reader takes for one character each. */
export const characters = (text: string): ReadonlyArray<string> => {
  segmenter ??= new Intl.Segmenter('en', { granularity: 'grapheme' })
  return Array.from(segmenter.segment(text), ({ segment }) => segment)
}

/** Columns a harmless text takes on a terminal. */
export const widthOf = (text: string): number =>
  NARROW.test(text)
    ? text.length
    : characters(text).reduce((width, char) => width + charWidth(char), 0)

/** A harmless text cut to a width; an ellipsis marks the cut. */
export const cut = (text: string, width: number): string => {
  if (text.length <= width && NARROW.test(text)) return text
  // One column is at least one code unit in all that is worth measuring; longer texts are never looked at whole.
  const head = text.slice(0, width * 16)
  if (head === text && widthOf(text) <= width) return text
  let taken = ''
  let room = width - 1
  for (const char of characters(head)) {
    room -= charWidth(char)
    if (room < 0) break
    taken += char
  }
  return `${taken}…`
}

/** A harmless text of which the end is kept, such as a path. */
export const cutFront = (text: string, width: number): string => {
  if (widthOf(text) <= width) return text
  let kept = ''
  let room = width - 1
  for (const char of characters(text.slice(-width * 16)).toReversed()) {
    room -= charWidth(char)
    if (room < 0) break
    kept = char + kept
  }
  return `…${kept}`
}

// oxlint-disable-next-line no-control-regex -- the colours of a program's output
const COLOURS = /\u001b\[[0-9;:]*m/g

/** The output of a program without its colours, which would be spelled out and hide the words; nothing else is left out. */
export const withoutColours = (text: string): string =>
  text.includes('\u001b') ? text.replace(COLOURS, '') : text

/** The first lines of a text, and how many more there are; what is behind them is only counted. */
export interface Excerpt {
  readonly first: string
  readonly more: number
}

export const excerptOf = (text: string, linesMax: number): Excerpt => {
  let end = text.length
  while (end > 0 && text.charCodeAt(end - 1) === 10) end -= 1
  let at = -1
  let count = 0
  let cutAt = end
  for (;;) {
    at = text.indexOf('\n', at + 1)
    if (at === -1 || at >= end) break
    count += 1
    if (count === linesMax) cutAt = at
  }
  return { first: text.slice(0, cutAt), more: Math.max(0, count + 1 - linesMax) }
}

/** A number of tokens in short. */
export const tokenCount = (tokens: number): string => {
  if (tokens < 10_000) return tokens.toLocaleString('en')
  return tokens < 1e6 ? `${Math.round(tokens / 1e3)} k` : `${(tokens / 1e6).toFixed(1)} M`
}

/** A text with spaces after it up to a width. */
export const pad = (text: string, width: number): string =>
  text + ' '.repeat(Math.max(0, width - widthOf(text)))

/** A word as a shell takes it back. */
export const shellWord = (word: string): string =>
  /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replace(/'/g, `'\\''`)}'`

const two = (value: number): string => String(value).padStart(2, '0')

/** Seconds beyond this are no date in JavaScript; a hostile file may hold them. */
const SECONDS_MAX = 8.64e12
const isDate = (seconds: number): boolean => Math.abs(seconds) <= SECONDS_MAX

/** Unix seconds as milliseconds. */
export const msOf = (seconds: number | null): number | null =>
  seconds === null ? null : seconds * 1000

/** Unix seconds as ISO 8601 in UTC. */
export const isoSecond = (seconds: number | null): string =>
  seconds === null
    ? ''
    : isDate(seconds)
      ? new Date(seconds * 1000).toISOString().replace('.000Z', 'Z')
      : String(seconds)

/** Milliseconds as ISO 8601 in UTC; empty for what is no date. */
export const isoMs = (ms: number): string => (isDate(ms / 1000) ? new Date(ms).toISOString() : '')

/** A duration in the unit a person would use. */
export const duration = (ms: number | null): string => {
  if (ms === null) return ''
  if (ms < 1000) return `${ms} ms`
  if (ms < 60_000) return `${(ms / 1000).toFixed(1)} s`
  const seconds = Math.round(ms / 1000)
  return `${Math.floor(seconds / 60)} min ${two(seconds % 60)} s`
}

/** A number of bytes in the unit a person would use. */
export const size = (bytes: number): string => {
  if (bytes < 1000) return `${bytes} B`
  if (bytes < 1e6) return `${(bytes / 1e3).toFixed(1)} kB`
  return bytes < 1e9 ? `${(bytes / 1e6).toFixed(1)} MB` : `${(bytes / 1e9).toFixed(1)} GB`
}

/** A whole number with its digits in groups. */
export const grouped = (count: number): string => count.toLocaleString('en-US')

export const plural = (count: number, noun: string): string =>
  `${count} ${noun}${count === 1 ? '' : 's'}`

/** A sentence for a place: broken at spaces on a terminal, on one line for programs. */
export const sentence = (
  text: string,
  { outIsTty, columns }: { readonly outIsTty: boolean; readonly columns: number }
): string => `${outIsTty ? wrap(oneLine(text), 0, columns) : oneLine(text)}\n`

/** A sentence for people broken into lines, but not inside of quotes: a command that is quoted can be copied. */
export const wrapQuoted = (text: string, width: number): string =>
  wrap(text, 0, width, text.match(/[^\s"]*"[^"]*"\S*|\S+/g) ?? [])

/** A text broken into lines at spaces; every line but the first begins with the indent. */
export const wrap = (
  text: string,
  indent: number,
  width = 80,
  words: ReadonlyArray<string> = text.split(' ')
): string => {
  const broken: Array<string> = []
  let line = ''
  let taken = indent
  for (const word of words) {
    const size = widthOf(word)
    if (line !== '' && taken + 1 + size > width) {
      broken.push(line.trimEnd())
      line = word
      taken = indent + size
    } else {
      taken += size + (line === '' ? 0 : 1)
      line = line === '' ? word : `${line} ${word}`
    }
  }
  return [...broken, line].join(`\n${' '.repeat(indent)}`)
}
