/**
 * Examining one rollout: its bytes are read once, line after line, in bounded memory.
 */
import {
  endExamination,
  examineCut,
  examineLine,
  examineMark,
  MARK_BYTES,
  startExamination,
  type FileReport
} from '../../../domain/upkeep/check/examine.ts'
import type { FileFacts } from '../../../domain/upkeep/check/file/file-facts.ts'
import { isBlank } from '../../log/jsonl/lines.ts'
import { CompressedDamage, openRollout } from '../../log/jsonl/front-to-back.ts'
import { cutLines, type CutLine } from './cut-lines.ts'
import type { CheckPace } from './pace.ts'
import { HELD_BYTES_MAX, readHeld, startLong, type StreamedLine } from './read-line.ts'

interface ExaminedFile extends FileReport {
  /** Uncompressed. */
  readonly bytes: number
  readonly sizeBytes: number
  /** Long lines of which only the head was looked at. */
  readonly partlyRead: number
}

interface ExamineOptions {
  readonly absolutePath: string
  readonly compressed: boolean
  readonly facts: FileFacts
  readonly pace: CheckPace
  readonly onBytes: (bytes: number) => void
}

const HEAD_BYTES = 4096
const RETURN = 13
const MARK = Buffer.from([0xef, 0xbb, 0xbf])

type Pieces = () => Uint8Array | null

/** The pieces without a byte order mark in front, and whether there was one. */
const withoutMark = (next: Pieces): { readonly hasMark: boolean; readonly pieces: Pieces } => {
  let first = next()
  while (first !== null && first.length < MARK_BYTES) {
    const begun = Buffer.from(first)
    const more = next()
    if (more === null) return { hasMark: false, pieces: once(begun, next) }
    first = Buffer.concat([begun, more])
  }
  const hasMark = first !== null && MARK.equals(first.subarray(0, MARK_BYTES))
  return { hasMark, pieces: once(hasMark ? (first?.subarray(MARK_BYTES) ?? null) : first, next) }
}

const once = (first: Uint8Array | null, next: Pieces): Pieces => {
  let isFirst = true
  return () => {
    if (!isFirst) return next()
    isFirst = false
    return first
  }
}

/** Examines a file; throws system errors. What zstd cannot read is a finding. */
export const examineFile = async (options: ExamineOptions): Promise<ExaminedFile> => {
  const { absolutePath, compressed, pace, onBytes } = options
  const source = openRollout(absolutePath, compressed)
  const facts = { ...options.facts }
  const state = startExamination(facts)
  let [bytes, partlyRead] = [0, 0]
  let long: StreamedLine | null = null
  const next = (): Uint8Array | null => {
    const piece = source.next()
    bytes += piece?.length ?? 0
    if (piece !== null) onBytes(piece.length)
    return piece
  }
  // A file that has grown since it was opened has a writer, perhaps one that takes no lock.
  const noteGrowth = (): void => {
    facts.isHeld ||= source.hasGrown()
  }
  const take = (cut: CutLine): void => {
    if (cut.kind === 'part') {
      long ??= startLong()
      return long.take(cut.bytes)
    }
    const { from: offsetBytes, terminated } = cut
    if (cut.kind === 'whole' && isBlank(cut.bytes, 0, cut.bytes.length)) return
    if (!terminated) noteGrowth()
    const place = { offsetBytes, terminated }
    if (cut.kind === 'whole') {
      const { bytes: line } = cut
      const head = line.subarray(0, HEAD_BYTES)
      const endsInReturn = line[line.length - 1] === RETURN
      const { read } = readHeld(line, terminated)
      examineLine(state, { ...place, bytes: line.length, endsInReturn, head, read })
    } else if (long !== null) {
      const [head, endsInReturn] = [long.head(), long.endsInReturn()]
      const { read, partly } = long.end(terminated)
      if (partly) partlyRead += 1
      examineLine(state, { ...place, bytes: cut.length, endsInReturn, head, read })
      long = null
    }
  }
  try {
    const { hasMark, pieces } = withoutMark(next)
    if (hasMark) examineMark(state)
    for (const cut of cutLines(pieces, HELD_BYTES_MAX, hasMark ? MARK_BYTES : 0)) {
      take(cut)
      if (pace.isDue()) await pace.giveWay()
    }
  } catch (cause) {
    if (!(cause instanceof CompressedDamage)) throw cause
    examineCut(state, bytes, cause.message)
  } finally {
    noteGrowth()
    source.close()
  }
  return { ...endExamination(state), bytes, sizeBytes: source.sizeBytes, partlyRead }
}
