/**
 * Texts of a transcript as plain text: no commands to a terminal, nothing that hides or turns what is read.
 */

// oxlint-disable-next-line no-control-regex -- terminals speak in control characters
const SEQUENCE = /\u001b(?:\[[0-?]*[ -/]*[@-~]|\][^\u0007\u001b]{0,4096}(?:\u0007|\u001b\\)?|.?)/g
const CONTROL =
  // oxlint-disable-next-line no-control-regex -- as above
  /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff]/g

const spelled = (control: string): string =>
  `\\u${control.charCodeAt(0).toString(16).padStart(4, '0')}`

/** Invisible and direction-changing characters are spelled out. */
export const visible = (text: string): string =>
  text.replace(/\r\n?/g, '\n').replace(CONTROL, spelled)

/** What is left of a line that was written over; a return at its end writes over nothing. */
const lastWritten = (line: string): string => line.slice(line.slice(0, -1).lastIndexOf('\r') + 1)

/** What a program printed, without colours; of a line that was written over, what was left. */
export const printed = (text: string): string => {
  const plain = text.replace(SEQUENCE, '').replace(/(?<!\r)\r+\n/g, '\n')
  return visible(plain.includes('\r') ? plain.split('\n').map(lastWritten).join('\n') : plain)
}

/** One line. */
export const lineOf = (text: string, max = 200): string => {
  const line = printed(text).replace(/\s+/g, ' ').trim()
  return line.length > max ? `${line.slice(0, max - 1)}…` : line
}

/** Half a character at a cut would be no text. */
const wholeEnd = (text: string, at: number): number => {
  const code = text.charCodeAt(at - 1)
  return code >= 0xd800 && code <= 0xdbff ? at - 1 : at
}

/** Head and tail of a long text, and how much is left out between them. */
export const shortened = (text: string, charsMax: number): string => {
  if (text.length <= charsMax) return text
  const head = text.slice(0, wholeEnd(text, Math.ceil(charsMax / 2)))
  const tail = text.slice(wholeEnd(text, text.length - Math.floor(charsMax / 2)))
  const left = text.length - head.length - tail.length
  return `${head}\n… ${left.toLocaleString('en')} characters left out …\n${tail}`
}

/** The first lines of a text, and how many more there are. */
export const firstLines = (text: string, linesMax: number): string => {
  const lines = text.replace(/\n$/, '').split('\n')
  if (lines.length <= linesMax) return text
  const more = lines.length - linesMax
  return `${lines.slice(0, linesMax).join('\n')}\n… ${more.toLocaleString('en')} more line${more === 1 ? '' : 's'} …`
}

/** `1.2 s`, `3 min 4 s`; empty where it is not known. */
export const durationText = (ms: number | null): string => {
  if (ms === null) return ''
  if (ms < 1000) return `${ms} ms`
  const seconds = Math.round(ms / 1000)
  if (seconds < 60) return `${(ms / 1000).toFixed(1)} s`
  return `${Math.floor(seconds / 60)} min ${seconds % 60} s`
}

/** `2026-11-21 06:47:32 UTC` of Unix seconds; empty where it is not known. */
export const timeText = (seconds: number | null): string =>
  seconds === null || !Number.isFinite(seconds)
    ? ''
    : `${new Date(seconds * 1000).toISOString().slice(0, 19).replace('T', ' ')} UTC`

/** `1 turn`, `2 turns`. */
export const counted = (count: number, word: string): string =>
  `${count.toLocaleString('en')} ${word}${count === 1 ? '' : 's'}`
