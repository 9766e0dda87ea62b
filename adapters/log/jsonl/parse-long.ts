/**
 * Parsing a long line without keeping other work waiting.
 *
 * `JSON.parse` takes a line in one piece: about 2 ms for each MiB of text, and a second for a million members. Where that would be
 * felt a slower parser takes the line piece by piece, with turns for other work between them. Both come to the same value, and
 * refuse the same lines.
 */
import { once } from '../../../domain/once.ts'
import type { DamageReason, RolloutLine } from '../../../domain/log/event.ts'
import type { Profile } from '../../../domain/log/profile.ts'
import { giveWay } from './bytes.ts'
import { lineOf } from '../../../migrations/line.ts'
import { DEPTH_MAX, mayBegin, parseLine } from './lines.ts'

const MS = 1e6
/** What `JSON.parse` may take, in nanoseconds, as it is estimated. */
const COST_MAX = 30 * MS
/** Of a byte, and of a text, an entry or a nesting besides. */
const BYTE_COST = 2
const MARK_COST = 250
const MARKS = Uint8Array.from({ length: 256 }, (_, byte) =>
  '",[{'.includes(String.fromCharCode(byte)) ? 1 : 0
)

/** True for a line that `JSON.parse` would take long for. */
const isDear = (line: Buffer): boolean => {
  let left = Math.floor((COST_MAX - line.length * BYTE_COST) / MARK_COST)
  for (let at = 0; at < line.length && left > 0; at++) left -= MARKS[line[at] as number] as number
  return left <= 0
}

/** So much is taken at once: some milliseconds, when it is nothing but members. */
const PIECE_BYTES = 32 * 1024
/** What a piece costs, as bytes that are read. */
const PIECE_COST_BYTES = 2 * 1024 * 1024

/** Texts are collected in so many bytes: one of escapes would be as many pieces as it has characters. */
const TEXT_BUFFER_BYTES = 64 * 1024

const load = once(() => import('@streamparser/json'))

/** The part of the parser (0.0.26) that would lose byte order marks in texts. */
interface Decoding {
  readonly bufferedString: { decoder: InstanceType<typeof TextDecoder> }
}

interface Parsed {
  readonly value: unknown
}

/** The value of a JSON text in UTF-8; null when it is none, or nested deeper than a line may be. */
export const parsedInPieces = async (
  text: Buffer,
  pieceBytes = PIECE_BYTES
): Promise<Parsed | null> => {
  if (!mayBegin(text[0] ?? 0)) return null
  const { Tokenizer, TokenParser, TokenType } = await load()
  const tokenizer = new Tokenizer({ stringBufferSize: TEXT_BUFFER_BYTES })
  const { bufferedString } = tokenizer as unknown as Decoding
  bufferedString.decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })
  const parser = new TokenParser({ paths: ['$'] })
  let depth = 0
  let isWhole = true
  let value: unknown
  const fail = (): void => void (isWhole = false)
  tokenizer.onError = fail
  parser.onError = fail
  parser.onValue = (emitted) => (value = emitted.value)
  tokenizer.onToken = (token) => {
    const { token: type } = token
    if (type === TokenType.LEFT_BRACE || type === TokenType.LEFT_BRACKET) depth += 1
    else if (type === TokenType.RIGHT_BRACE || type === TokenType.RIGHT_BRACKET) depth -= 1
    if (depth > DEPTH_MAX) fail()
    if (isWhole) parser.write(token)
  }
  for (let at = 0; at < text.length; at += pieceBytes) {
    tokenizer.write(text.subarray(at, at + pieceBytes))
    if (!isWhole) return null
    await giveWay(PIECE_COST_BYTES)
  }
  tokenizer.end()
  return isWhole && parser.isEnded ? { value } : null
}

/** Reads the bytes of a long line as an event, or tells why it is not one; a text that is not UTF-8 may count as no JSON. */
export const parseLongLine = async (
  line: Buffer,
  profile: Profile,
  isCut = false
): Promise<RolloutLine | DamageReason> => {
  if (!isDear(line)) return parseLine(line, profile, isCut)
  const parsed = await parsedInPieces(line)
  return parsed === null ? 'not_json' : lineOf(parsed.value, profile)
}
