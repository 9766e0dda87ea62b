/**
 * The lines of a thread backwards from its end, as far as a caller needs: costs what is read, not the file.
 */
import type { DamagedPlace, PlacedEvent } from '../../../domain/log/event.ts'
import { EVERY_LINE, NO_LINES } from '../../../domain/log/needs.ts'
import { isDamaged, START, type FilePlace, type Segment, type StreamInfo } from '../../ports.ts'
import type { Env } from '../../catch-up/project.ts'

/** Other work of the process gets its turn between chunks. The beginning of a longer line is looked for first. */
const CHUNK_BYTES = 256 * 1024
/** A longer line is damage, and passed over in pieces. */
const LINE_BYTES_MAX = 256 * 1024 * 1024

/** Behind everything a thread holds. The length of a compressed file is unknown: it is read through once. */
export const endOfThread = async (env: Env, info: StreamInfo): Promise<FilePlace> => {
  const segment = Math.max(0, env.store.lineage(info).length - 1)
  if (!info.compressed) return { segment, offset: info.sizeBytes }
  let end: FilePlace = { segment: 0, offset: 0 }
  for await (const { next } of env.store.read(info, START, NO_LINES)) end = next
  return end
}

/** The place before the event with a number; the end when there are fewer. */
export const placeOfRevision = async (
  env: Env,
  info: StreamInfo,
  revision: number
): Promise<FilePlace> => {
  let from = START
  for await (const { next } of env.store.read(info, START, NO_LINES)) {
    if (next.revision > revision) break
    from = next
  }
  for await (const { lines } of env.store.read(info, from, EVERY_LINE)) {
    const line = lines.find((one) => one.revision >= revision)
    if (line !== undefined) return { segment: line.segment, offset: line.offset }
  }
  return endOfThread(env, info)
}

/** Whole lines of a chunk, and where the first of them begins. */
const wholeLines = (
  lines: ReadonlyArray<PlacedEvent | DamagedPlace>,
  from: number,
  start: number
): readonly [ReadonlyArray<PlacedEvent | DamagedPlace>, number | null] => {
  const [first] = lines
  // A chunk begins somewhere in a line; what is left of that line is read with the chunk before.
  if (from === start || first === undefined || first.offset > from) return [lines, from]
  const whole = lines.slice(1)
  return [whole, whole[0]?.offset ?? null]
}

const NEWLINE = 10

/** Where the line begins that continues at a place. Reading backwards may mean reading from the front, so each step doubles. */
const lineStart = async (
  { store }: Pick<Env, 'store'>,
  info: StreamInfo,
  place: FilePlace,
  start: number
): Promise<number> => {
  const { segment } = place
  let until = place.offset
  for (let bytes = CHUNK_BYTES; until > start; bytes *= 2) {
    const from = Math.max(start, until - bytes)
    let begin = -1
    let at = from
    for await (const piece of store.readBytes(info, { segment, from, until })) {
      const newline = piece.lastIndexOf(NEWLINE)
      if (newline !== -1) begin = at + newline + 1
      at += piece.length
    }
    if (begin !== -1) return begin
    until = from
  }
  return start
}

type Visit = (event: PlacedEvent) => boolean

/** Reads one segment backwards; true when the visitor has seen enough. */
const readSegmentBack = async (
  env: Pick<Env, 'store'>,
  info: StreamInfo,
  place: FilePlace,
  { from: start }: Segment,
  visit: Visit
): Promise<boolean> => {
  const { segment } = place
  const read = (from: number, until: number) =>
    env.store.readRanges(info, [{ segment, from, until }], EVERY_LINE)
  let until = place.offset
  while (until > start) {
    const from = Math.max(start, until - CHUNK_BYTES)
    let [lines, next] = wholeLines(await read(from, until), from, start)
    if (next === null) {
      // One line fills the chunk.
      next = await lineStart(env, info, { segment, offset: from }, start)
      lines = until - next < LINE_BYTES_MAX ? await read(next, until) : []
    }
    for (let i = lines.length - 1; i >= 0; i--) {
      const line = lines[i]
      if (line !== undefined && !isDamaged(line) && visit(line)) return true
    }
    until = next
  }
  return false
}

/** Hands over the events before a place, newest first, until the visitor has seen enough. */
export const readBack = async (
  env: Pick<Env, 'store'>,
  info: StreamInfo,
  end: FilePlace,
  visit: Visit
): Promise<void> => {
  const lineage = env.store.lineage(info)
  for (let segment = end.segment; segment >= 0; segment--) {
    const file = lineage[segment]
    if (file === undefined) return
    const offset = segment === end.segment ? end.offset : (file.until ?? file.from)
    if (await readSegmentBack(env, info, { segment, offset }, file, visit)) return
  }
}
