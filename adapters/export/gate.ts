/**
 * The last look at an export: what would be written is searched for secrets again, as it is written, and nothing passes that holds one.
 */
import { secretsIn } from '../../domain/redact/find.ts'
import type { SecretRule } from '../../domain/redact/rules.ts'
import type { SecretFinder } from '../../domain/redact/value.ts'
import type { ExportPiece } from './parts.ts'

/** Why an export ended: a secret was still in it. Says of which kind and in which line, never the secret. */
export class SecretLeft extends Error {
  readonly word: string
  readonly line: number

  constructor(word: string, line: number) {
    super(`a secret (${word}) would stand in line ${line} of the export`)
    this.word = word
    this.line = line
  }
}

/** Characters that are looked at again with what follows: no secret is longer. */
const AGAIN = 24 * 1024
/** Text is looked at in pieces of about this many characters. */
const PIECE = 128 * 1024

const IMAGE = /data:image\/[a-z+]+;base64,[A-Za-z0-9+/=]*/g

const linesIn = (text: string): number => text.split('\n').length - 1

/** Joins small texts of the same part. */
export async function* inPieces(texts: AsyncIterable<ExportPiece>): AsyncGenerator<ExportPiece> {
  let held: Array<string> = []
  let length = 0
  let part = 1
  for await (const piece of texts) {
    if (piece.part !== part || length >= PIECE) {
      if (length > 0) yield { part, text: held.join('') }
      held = []
      length = 0
      ;({ part } = piece)
    }
    held.push(piece.text)
    length += piece.text.length
  }
  if (length > 0) yield { part, text: held.join('') }
}

/** The same pieces, each a step later, when what follows it was looked at too. Throws `SecretLeft`. */
export async function* gated(
  pieces: AsyncIterable<ExportPiece>,
  rules: ReadonlyArray<SecretRule>,
  finder: SecretFinder
): AsyncGenerator<ExportPiece> {
  let waiting: ExportPiece | null = null
  let before = ''
  let line = 1
  for await (const piece of pieces) {
    if (waiting !== null && waiting.part !== piece.part) {
      before = ''
      line = 1
    }
    const text: string = before + piece.text.replace(IMAGE, 'data:')
    const [others = []] = await finder([text])
    const [found] = [...secretsIn(text, rules), ...others]
    if (found !== undefined)
      throw new SecretLeft(found.word, line + linesIn(text.slice(0, found.from)))
    if (waiting !== null) yield waiting
    waiting = piece
    const kept: string = text.slice(-AGAIN)
    line += linesIn(text.slice(0, text.length - kept.length))
    before = kept
  }
  if (waiting !== null) yield waiting
}
