/**
 * Colours and lists of facts for people.
 */
import { textOf, type Input } from '../args.ts'
import type { Io } from '../io.ts'
import { noLink } from './link.ts'
import { oneLine, wrap } from './text.ts'

const CODES = { bold: 1, dim: 2, italic: 3, red: 31, green: 32, yellow: 33, cyan: 36 } as const

/** A colour or a weight. */
export type Style = keyof typeof CODES

/** Wraps a text in a colour, or leaves it as it is. */
export type Paint = (style: Style, text: string) => string

/** `--color` decides; with `auto` NO_COLOR, then FORCE_COLOR, then whether stdout is a terminal. */
const wantsColor = (input: Input, io: Io): boolean => {
  const asked = textOf(input, 'color') ?? 'auto'
  if (asked !== 'auto') return asked === 'always'
  if ((io.env['NO_COLOR'] ?? '') !== '') return false
  const forced = io.env['FORCE_COLOR']
  if (forced !== undefined) return forced !== '0' && forced !== 'false'
  return io.outIsTty && io.env['TERM'] !== 'dumb'
}

/** The colours a command may use. */
export const painter = (input: Input, io: Io): Paint =>
  wantsColor(input, io)
    ? (style, text) => `\u001b[${CODES[style]}m${text}\u001b[0m`
    : (_, text) => text

/** Facts, one per line: a dim name up to a width, and what there is to say, which may lead to a file; nothing for an empty text. */
export const factLines = (
  facts: ReadonlyArray<readonly [name: string, text: string, file?: string]>,
  width: number,
  paint: Paint,
  columns = Infinity,
  link = noLink
): string =>
  facts
    .filter(([, text]) => text !== '')
    .map(
      ([name, text, file = null]) =>
        `${paint('dim', name.padEnd(width))}${link(file, wrap(oneLine(text), width, columns))}\n`
    )
    .join('')
