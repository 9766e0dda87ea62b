/**
 * Examining one rollout: its bytes go by once, line after line, in bounded memory.
 */
import {
  endExamination,
  examineCut,
  examineLine,
  examineMark,
  startExamination
} from '../../domain/check/examine.ts'
import type { Examination, FileReport } from '../../domain/check/examine.ts'
import type { FileFacts } from '../../domain/check/file/file-facts.ts'
import { isBlank } from '../jsonl/lines.ts'
import {
  CompressedDamage,
  openRollout,
  PIECE_BYTES,
  type RolloutBytes
} from '../jsonl/front-to-back.ts'
import type { Pace } from './pace.ts'
import { HELD_BYTES_MAX, readHeld, startLong, type LongLine, type ReadLine } from './read-line.ts'

/** What was learned of a file, and how much of it was read. */
export interface ExaminedFile extends FileReport {
  /** Uncompressed. */
  readonly bytes: number
  readonly sizeBytes: number
  /** Long lines of which only the head was looked at. */
  readonly partlyRead: number
}

interface Reader {
  readonly bytes: RolloutBytes
  readonly pace: Pace
  readonly onBytes: (bytes: number) => void
  readonly state: Examination
  readonly buffer: Buffer
  have: number
  /** Position of `buffer[0]`. */
  base: number
  long: LongLine | null
  /** True once a byte order mark was looked for. */
  began: boolean
  partlyRead: number
}

const HEAD_BYTES = 4096
const NEWLINE = 10
const RETURN = 13

const give = (
  reader: Reader,
  place: { readonly offsetBytes: number; readonly bytes: number; readonly terminated: boolean },
  head: Uint8Array,
  endsInReturn: boolean,
  { read, partly }: ReadLine
): void => {
  if (partly) reader.partlyRead += 1
  examineLine(reader.state, { ...place, endsInReturn, head, read })
}

const takeHeld = (reader: Reader, from: number, until: number, terminated: boolean): void => {
  const { buffer, base } = reader
  if (isBlank(buffer, from, until)) return
  const line = buffer.subarray(from, until)
  const place = { offsetBytes: base + from, bytes: line.length, terminated }
  const head = line.subarray(0, HEAD_BYTES)
  give(reader, place, head, line[line.length - 1] === RETURN, readHeld(line, terminated))
}

const endLong = (reader: Reader, terminated: boolean): void => {
  const { long } = reader
  if (long === null) return
  reader.long = null
  const bytes = long.bytes()
  const place = { offsetBytes: reader.base - bytes, bytes, terminated }
  give(reader, place, long.head(), long.endsInReturn(), long.end(terminated))
}

/** Drops what was taken from the front of the buffer. */
const shift = (reader: Reader, from: number): void => {
  reader.buffer.copy(reader.buffer, 0, from, reader.have)
  reader.base += from
  reader.have -= from
}

/** Gives the bytes in the buffer to the long line; what is behind its newline stays. */
const feedLong = (reader: Reader, long: LongLine): void => {
  const end = reader.buffer.subarray(0, reader.have).indexOf(NEWLINE)
  const until = end === -1 ? reader.have : end
  long.take(reader.buffer.subarray(0, until))
  shift(reader, until)
  if (end === -1) return
  endLong(reader, true)
  shift(reader, 1)
}

const takeLines = async (reader: Reader): Promise<void> => {
  if (reader.long !== null) feedLong(reader, reader.long)
  if (reader.long !== null) return
  const bytes = reader.buffer.subarray(0, reader.have)
  let from = 0
  for (;;) {
    const end = bytes.indexOf(NEWLINE, from)
    if (end === -1) break
    takeHeld(reader, from, end, true)
    from = end + 1
    if (reader.pace.isDue()) await reader.pace.giveWay()
  }
  shift(reader, from)
  if (reader.have <= HELD_BYTES_MAX) return
  reader.long = startLong()
  feedLong(reader, reader.long)
}

const readAll = async (reader: Reader): Promise<void> => {
  for (let piece = reader.bytes.next(); piece !== null; piece = reader.bytes.next()) {
    // Of a compressed file a piece may be larger than the buffer.
    for (let at = 0; at < piece.length; at += PIECE_BYTES) {
      const part = piece.subarray(at, at + PIECE_BYTES)
      reader.buffer.set(part, reader.have)
      reader.have += part.length
      reader.onBytes(part.length)
      if (reader.base === 0 && !reader.began) {
        if (reader.have < MARK.length) continue
        reader.began = true
        passMark(reader)
      }
      await takeLines(reader)
      if (reader.pace.isDue()) await reader.pace.giveWay()
    }
  }
}

const endFile = (reader: Reader): void => {
  if (reader.long !== null) endLong(reader, false)
  else takeHeld(reader, 0, reader.have, false)
}

const MARK = [0xef, 0xbb, 0xbf]

/** Passes over a byte order mark, once enough bytes are there to tell. */
const passMark = (reader: Reader): void => {
  if (!MARK.every((byte, i) => reader.buffer[i] === byte)) return
  examineMark(reader.state)
  shift(reader, MARK.length)
}

/** The buffer of the last file, for the next one. */
let spare: Buffer | null = null

const takeBuffer = (): Buffer => {
  const buffer = spare ?? Buffer.allocUnsafe(HELD_BYTES_MAX + 2 * PIECE_BYTES)
  spare = null
  return buffer
}

/** What a file is examined with. */
export interface ExamineOptions {
  readonly absolutePath: string
  readonly compressed: boolean
  readonly facts: FileFacts
  readonly pace: Pace
  readonly onBytes: (bytes: number) => void
}

/** Examines a file; throws errors of the system. What zstd cannot read is a finding. */
export const examineFile = async (options: ExamineOptions): Promise<ExaminedFile> => {
  const { absolutePath, compressed, facts, pace, onBytes } = options
  const bytes = openRollout(absolutePath, compressed)
  try {
    return await examineOpen(bytes, facts, pace, onBytes)
  } finally {
    bytes.close()
  }
}

/** Reads to the end; null, or why what comes next cannot be decompressed. */
const readToEnd = async (reader: Reader): Promise<CompressedDamage | null> => {
  try {
    await readAll(reader)
    return null
  } catch (cause) {
    if (cause instanceof CompressedDamage) return cause
    throw cause
  }
}

const examineOpen = async (
  bytes: RolloutBytes,
  facts: FileFacts,
  pace: Pace,
  onBytes: (bytes: number) => void
): Promise<ExaminedFile> => {
  const live = { ...facts }
  const state = startExamination(live)
  const buffer = takeBuffer()
  const reader: Reader = {
    ...{ bytes, pace, onBytes, buffer, state, have: 0, base: 0 },
    ...{ long: null, began: false, partlyRead: 0 }
  }
  const damage = await readToEnd(reader)
  // A file that has grown since it was opened has a writer, also one that takes no lock.
  if (bytes.hasGrown()) live.isHeld = true
  const end = reader.base + reader.have
  if (damage === null) endFile(reader)
  else examineCut(state, end, damage.message)
  spare = buffer
  const { partlyRead } = reader
  return { ...endExamination(state), bytes: end, sizeBytes: bytes.sizeBytes, partlyRead }
}
