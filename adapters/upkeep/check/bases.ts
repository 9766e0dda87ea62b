/**
 * Whether a file that continues another one fits the place it names.
 */
import { findingOf, type Finding } from '../../../domain/upkeep/check/finding.ts'
import type { RolloutEntry } from '../../../domain/upkeep/check/home.ts'
import type { Identity } from '../../../domain/upkeep/check/file/metas.ts'
import type { BaseReason } from '../../../domain/log/event.ts'
import type { HistoryBase } from '../../../domain/log/payloads.ts'
import { join } from 'node:path'
import { openBytes } from '../../log/jsonl/bytes.ts'
import type { FirstLine } from '../../log/jsonl/first-line.ts'
import { lineEndingAt, ordinalOf } from '../../log/jsonl/ordinals.ts'
import { openRollout } from '../../log/jsonl/front-to-back.ts'
import { cutLines } from './cut-lines.ts'
import type { CheckPace } from './pace.ts'

export interface Bases {
  readonly home: string
  readonly shown: ReadonlyMap<string, RolloutEntry>
  /** False when a folder could not be listed: a file that was not seen may be in it. */
  readonly isWhole: boolean
  readonly firstLine: (path: string, compressed: boolean) => FirstLine
  readonly pace: CheckPace
}

type LineBefore = ReturnType<typeof lineEndingAt>

/** The number of a line stands in its first bytes. */
const HEAD_BYTES = 96

/** The line that ends at a place of a compressed file, found from its beginning. */
const compressedLineEndingAt = async (
  path: string,
  until: number,
  pace: CheckPace
): Promise<LineBefore> => {
  const source = openRollout(path, true)
  let at = 0
  const next = (): Uint8Array | null => {
    const piece = at < until ? source.next() : null
    const bytes = piece?.subarray(0, until - at) ?? null
    at += bytes?.length ?? 0
    return bytes
  }
  let [head, isLineOver, isNew] = [Buffer.alloc(0), false, true]
  try {
    for (const cut of cutLines(next, HEAD_BYTES)) {
      if (cut.kind !== 'end' && isNew) head = Buffer.from(cut.bytes.subarray(0, HEAD_BYTES))
      isNew = cut.kind !== 'part'
      isLineOver = cut.kind !== 'part' && cut.terminated
      if (pace.isDue()) await pace.giveWay()
    }
  } finally {
    source.close()
  }
  if (at < until) return { kind: 'past_end' }
  return isLineOver ? { kind: 'line', ordinal: ordinalOf(head) } : { kind: 'inside_a_line' }
}

const lineBefore = async (
  { home, pace }: Bases,
  { path, compressed }: RolloutEntry,
  until: number
): Promise<LineBefore> => {
  if (until > 0 && compressed) return compressedLineEndingAt(join(home, path), until, pace)
  const source = openBytes(join(home, path), compressed)
  try {
    return lineEndingAt(source, until)
  } finally {
    source.close()
  }
}

/** True when following the bases from a segment leads back to it. */
const isCircle = (bases: Bases, segmentId: string, base: HistoryBase): boolean => {
  const seen = new Set([segmentId])
  for (let next: HistoryBase | null = base; next !== null;) {
    if (seen.has(next.thread_id)) return true
    seen.add(next.thread_id)
    const file = bases.shown.get(next.thread_id)
    const first =
      file === undefined
        ? 'unreadable'
        : bases.firstLine(join(bases.home, file.path), file.compressed)
    next = first === 'unreadable' ? null : first.base
  }
  return false
}

const misfit = async (
  bases: Bases,
  segmentId: string,
  base: HistoryBase
): Promise<BaseReason | null> => {
  const named = bases.shown.get(base.thread_id)
  if (named === undefined) return bases.isWhole ? 'base_missing' : null
  if (isCircle(bases, segmentId, base)) return 'base_cycle'
  const before = await lineBefore(bases, named, base.end_byte_offset)
  if (before.kind === 'past_end') return 'base_shrunk'
  if (before.kind === 'inside_a_line') return 'base_mismatch'
  const fits = before.ordinal === null || before.ordinal + 1 === base.end_ordinal_exclusive
  return fits ? null : 'base_mismatch'
}

/** What is wrong with the place a file continues; null when nothing is, or when it continues none. */
export const baseFinding = async (
  bases: Bases,
  rollout: RolloutEntry,
  identity: Identity | null
): Promise<Finding | null> => {
  const base = identity?.base ?? null
  const { segmentId, threadId, path } = rollout
  if (identity === null || base === null || segmentId === null) return null
  const kind = await misfit(bases, segmentId, base)
  if (kind === null) return null
  const { revision, offsetBytes, bytes } = identity.at
  const named = bases.shown.get(base.thread_id)?.path ?? null
  return findingOf(kind, {
    threadId,
    path,
    range: { offsetBytes, bytes },
    revision,
    facts: { continues: { ...base }, file: named }
  })
}
