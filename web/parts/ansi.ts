/**
 * Output of a terminal as runs of styled text: colours of SGR, and nothing else. Other sequences are left out, a carriage return begins
 * the line again, and controls that would show as nothing are spelled out.
 */

/** A piece of output; colours are `0` to `255` of the palette or `#rrggbb`. */
export interface StyledRun {
  readonly text: string
  readonly color: string | null
  readonly background: string | null
  readonly bold: boolean
  readonly dim: boolean
  readonly italic: boolean
  readonly underline: boolean
}

type RunStyle = Omit<StyledRun, 'text'>

const PLAIN: RunStyle = {
  color: null,
  background: null,
  bold: false,
  dim: false,
  italic: false,
  underline: false
}

const hex = (n: number): string => Math.min(255, n).toString(16).padStart(2, '0')

/** `38;5;N` and `38;2;R;G;B`: the colour, and how many codes it took. */
const extended = (codes: ReadonlyArray<number>): readonly [string | null, number] => {
  const [kind, a = 0, b = 0, c = 0] = codes
  if (kind === 5) return [a <= 255 ? String(a) : null, 2]
  return kind === 2 ? [`#${hex(a)}${hex(b)}${hex(c)}`, 4] : [null, 1]
}

const FLAGS: Readonly<Record<number, Partial<RunStyle>>> = {
  1: { bold: true },
  2: { dim: true },
  3: { italic: true },
  4: { underline: true },
  22: { bold: false, dim: false },
  23: { italic: false },
  24: { underline: false },
  39: { color: null },
  49: { background: null }
}

const styled = (style: RunStyle, codes: ReadonlyArray<number>): RunStyle => {
  let next = style
  for (let at = 0; at < codes.length; at += 1) {
    const code = codes[at] ?? 0
    if (code === 0) next = PLAIN
    else if (code === 38 || code === 48) {
      const [color, taken] = extended(codes.slice(at + 1))
      next = { ...next, [code === 38 ? 'color' : 'background']: color }
      at += taken
    } else if (code >= 30 && code <= 37) next = { ...next, color: String(code - 30) }
    else if (code >= 90 && code <= 97) next = { ...next, color: String(code - 82) }
    else if (code >= 40 && code <= 47) next = { ...next, background: String(code - 40) }
    else if (code >= 100 && code <= 107) next = { ...next, background: String(code - 92) }
    else next = { ...next, ...FLAGS[code] }
  }
  return next
}

// oxlint-disable-next-line no-control-regex -- terminals speak in control characters
const SEQUENCE = /\u001b(?:\[([0-?]*)[ -/]*([@-~])|\][^\u0007\u001b]*(?:\u0007|\u001b\\)?|.?)/g
// oxlint-disable-next-line no-control-regex -- as above
const CONTROL = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/g

const spelled = (control: string): string =>
  `\\u${control.charCodeAt(0).toString(16).padStart(4, '0')}`

/** Text whose invisible and direction-changing characters are spelled out. */
export const visible = (text: string): string => text.replace(CONTROL, spelled)

const clean = (text: string): string =>
  visible(
    text
      .replace(/\r+\n/g, '\n')
      .replace(/[^\n]*\r(?!$)/g, '')
      .replace(/\r$/, '')
  )

/** Lines of output as runs. A style goes on over the ends of lines. */
export const parseAnsi = (output: string): ReadonlyArray<ReadonlyArray<StyledRun>> => {
  const lines: Array<Array<StyledRun>> = [[]]
  let style = PLAIN
  let from = 0
  const add = (text: string): void => {
    clean(text)
      .split('\n')
      .forEach((line, at) => {
        if (at > 0) lines.push([])
        if (line !== '') lines.at(-1)?.push({ ...style, text: line })
      })
  }
  for (const match of output.matchAll(SEQUENCE)) {
    add(output.slice(from, match.index))
    from = match.index + match[0].length
    if (match[2] === 'm') style = styled(style, (match[1] ?? '').split(/[;:]/).map(Number))
  }
  add(output.slice(from))
  return lines
}
