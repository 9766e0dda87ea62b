/**
 * The text of what a program printed: UTF-8, else UTF-16 with its mark, else Latin-1 as Windows has it.
 */
import { isUtf8 } from 'node:buffer'

const MARKS = { 'utf-16le': [0xff, 0xfe], 'utf-16be': [0xfe, 0xff] } as const

const markedAs = (bytes: Buffer): string | undefined =>
  Object.entries(MARKS).find(([, mark]) => mark.every((byte, at) => bytes[at] === byte))?.[0]

export const printedText = (bytes: Buffer): string => {
  if (isUtf8(bytes)) return bytes.toString('utf8')
  return new TextDecoder(markedAs(bytes) ?? 'windows-1252').decode(bytes)
}
