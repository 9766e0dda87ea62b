/**
 * The end of a stream, where the next event goes: how many lines come before it, whether the last one is finished, and
 * which number the next one has.
 */
import { fstatSync, readSync } from 'node:fs'
import type { StreamId } from '../../../domain/ids.ts'
import { NO_LINES } from '../../../domain/log/needs.ts'
import { PROFILES, type Profile } from '../../../domain/log/profile.ts'
import { saysNumbered } from '../../../replay/change/mutate/new-events.ts'
import type { Guard, KnownPlace, Lineage, Position, StreamInfo } from '../../../replay/ports.ts'
import { START } from '../../../replay/ports.ts'
import type { ByteSource } from './bytes.ts'
import { readFirstLine } from './first-line.ts'
import { verifyGuard } from './guard.ts'
import { isBlank, LINE_BYTES_MAX, NEWLINE, parseLine, withoutInstructions } from './lines.ts'
import { lineBefore } from './ordinals.ts'
import { readStream } from './read.ts'

export interface Tail {
  readonly lineage: Lineage
  readonly path: string
  readonly inode: number
  readonly sizeBytes: number
  readonly modifiedAtMs: number
  /** Behind the last line; before the end of the file where the last line is torn. */
  readonly next: Position
  readonly guard: Guard | null
  /** False when the last line lacks its newline: whatever is written must begin with one. */
  readonly closed: boolean
  /** 1 when the last line is torn: it takes a revision as soon as its newline is written. */
  readonly torn: 0 | 1
  /** Number of the next line; null where lines are not numbered. */
  readonly ordinal: number | null
}

/** An open rollout as a source of bytes; the caller closes the file. */
export const openSource = (file: number): ByteSource => ({
  read: (target, at, length, position) => readSync(file, target, at, length, position),
  close: () => undefined
})

const CHUNK_BYTES = 64 * 1024

const byteBefore = (source: ByteSource, position: number): number | null => {
  const one = Buffer.alloc(1)
  return position > 0 && source.read(one, 0, 1, position - 1) === 1 ? (one[0] as number) : null
}

/** True when nothing but white space stands from a place on. */
const isBlankFrom = (source: ByteSource, from: number, until: number): boolean => {
  const chunk = Buffer.allocUnsafe(CHUNK_BYTES)
  for (let at = from; at < until;) {
    const read = source.read(chunk, 0, Math.min(CHUNK_BYTES, until - at), at)
    if (read === 0) return true
    if (!isBlank(chunk, 0, read)) return false
    at += read
  }
  return true
}

/** Lines from the end of a file backwards; without a newline at the end the last one begins before it. */
function* linesBackwards(source: ByteSource, size: number): Generator<Buffer> {
  for (let until = byteBefore(source, size) === NEWLINE ? size : size + 1; until > 0;) {
    const from = lineBefore(source, until)
    const bytes = Math.min(until - 1 - from, LINE_BYTES_MAX)
    const line = Buffer.allocUnsafe(bytes)
    if (bytes > 0) yield line.subarray(0, source.read(line, 0, bytes, from))
    until = from
  }
}

/** Readable lines without a number that are looked at before the count of lines is taken instead. */
const UNNUMBERED_MAX = 64

/** Number of the last readable line that has one; null when none of the last lines does. */
const lastOrdinal = (source: ByteSource, size: number): number | null => {
  let unnumbered = 0
  for (const line of linesBackwards(source, size)) {
    if (isBlank(line, 0, line.length)) continue
    const read = parseLine(line, PROFILES['0.169'])
    if (typeof read === 'string') continue
    const { ordinal } = read
    if (Number.isSafeInteger(ordinal)) return ordinal as number
    if (++unnumbered === UNNUMBERED_MAX) return null
  }
  return null
}

/** What a segment's metadata say about numbers; null when they cannot be read. */
const isNumbered = (source: ByteSource): boolean | null => {
  const first = readFirstLine(source)
  if (first === null) return null
  const bytes = first[0] === 0xef ? first.subarray(3) : first
  const read = parseLine(withoutInstructions(bytes), PROFILES['0.169'])
  return typeof read === 'string' || read.type !== 'session_meta'
    ? null
    : saysNumbered(read.payload)
}

/**
 * Number of the next line, as Codex counts: one more than that of the last readable line. A segment whose metadata cannot be
 * read is numbered when its lines are.
 */
const nextOrdinal = (source: ByteSource, size: number, revision: number): number | null => {
  const numbered = isNumbered(source)
  if (numbered === false) return null
  const last = lastOrdinal(source, size)
  if (last !== null) return last + 1
  return numbered === true ? revision : null
}

/** True when a place that was read earlier is still a place of this stream. */
const stillHolds = (lineage: Lineage, size: number, { next, guard }: KnownPlace): boolean =>
  guard !== null &&
  next.segment === lineage.length - 1 &&
  next.offset <= size &&
  verifyGuard(lineage, next, guard)

export interface TailReader {
  readonly profile: Profile
  readonly skipsBom: boolean
}

/** Counts the lines of a stream from a place on. */
const countFrom = async (
  streamId: StreamId,
  lineage: Lineage,
  from: KnownPlace,
  { profile, skipsBom }: TailReader
): Promise<KnownPlace> => {
  let { next, guard } = from
  for await (const batch of readStream(streamId, lineage, next, NO_LINES, profile, skipsBom)) {
    next = batch.next
    guard = batch.guard ?? (guard === null ? null : { ...guard, terminated: true })
  }
  // A newest segment without any line: the place is its beginning.
  const head = lineage.length - 1
  return next.segment === head
    ? { next, guard }
    : { next: { ...next, segment: head, offset: 0 }, guard: null }
}

/** A lineage that ends where its newest file ended at some moment. */
const upTo = (lineage: Lineage, size: number): Lineage =>
  lineage.map((segment, i) => (i === lineage.length - 1 ? { ...segment, until: size } : segment))

/**
 * Finds the end of a stream as its open newest file is now, from the first of the given places that still holds, else from
 * its first line. What is written to the file meanwhile is not looked at: the write will tell.
 */
export const findTail = async (
  info: StreamInfo,
  lineage: Lineage,
  file: number,
  known: ReadonlyArray<KnownPlace>,
  reader: TailReader
): Promise<Tail> => {
  const source = openSource(file)
  const { size: sizeBytes, mtimeMs: modifiedAtMs, ino: inode } = fstatSync(file)
  const holds = known.find((place) => stillHolds(lineage, sizeBytes, place))
  const from = holds ?? { next: START, guard: null }
  const { next, guard } = await countFrom(info.streamId, upTo(lineage, sizeBytes), from, reader)
  const closed = sizeBytes === 0 || byteBefore(source, sizeBytes) === NEWLINE
  const torn = closed || isBlankFrom(source, next.offset, sizeBytes) ? 0 : 1
  const ordinal = nextOrdinal(source, sizeBytes, next.revision + torn)
  const outside = { lineage, path: info.path, inode, sizeBytes, modifiedAtMs }
  return { ...outside, next, guard, closed, torn, ordinal }
}

/** True when a stream still ends where it ended; only what another file may change has to be looked at again. */
export const isCurrentTail = (tail: Tail, info: StreamInfo): boolean =>
  tail.path === info.path &&
  tail.inode === info.inode &&
  tail.sizeBytes === info.sizeBytes &&
  tail.modifiedAtMs === info.modifiedAtMs &&
  tail.lineage.length === 1 &&
  tail.lineage[0]?.gap === null
