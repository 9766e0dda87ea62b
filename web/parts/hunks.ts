/**
 * Changes of a file as lines: of added and deleted files, which are recorded whole, and of hunks, which come without the two lines
 * that name the files and may end in `Moved to: …`.
 */
import type { FileUpdate } from '../../domain/protocol.ts'

export interface DiffLine {
  readonly kind: 'added' | 'removed' | 'same' | 'hunk' | 'note'
  readonly text: string
  /** Places in the file before and after; null where the line is not there. */
  readonly before: number | null
  readonly after: number | null
}

export interface FileDiff {
  readonly lines: ReadonlyArray<DiffLine>
  readonly added: number
  readonly removed: number
  readonly movedTo: string | null
}

const linesOf = (text: string): ReadonlyArray<string> => {
  const lines = text.split('\n')
  return lines.at(-1) === '' ? lines.slice(0, -1) : lines
}

const whole = (text: string, kind: 'added' | 'removed'): FileDiff => {
  const lines = linesOf(text).map((line, at): DiffLine => {
    const place = at + 1
    return kind === 'added'
      ? { kind, text: line, before: null, after: place }
      : { kind, text: line, before: place, after: null }
  })
  const count = lines.length
  return {
    lines,
    added: kind === 'added' ? count : 0,
    removed: kind === 'removed' ? count : 0,
    movedTo: null
  }
}

const HUNK = /^@@ -(\d{1,9})(?:,\d+)? \+(\d{1,9})(?:,\d+)? @@/
const MOVED = /\n+Moved to: ([^\n]*)\n?$/

const ofHunks = (text: string, moved: string | null): FileDiff => {
  const trailer = MOVED.exec(text)
  const body = trailer === null ? text : text.slice(0, trailer.index)
  const lines: Array<DiffLine> = []
  let before = 1
  let after = 1
  for (const line of linesOf(body)) {
    const hunk = HUNK.exec(line)
    const rest = line.slice(1)
    if (hunk !== null) {
      before = Number(hunk[1])
      after = Number(hunk[2])
      lines.push({ kind: 'hunk', text: line, before: null, after: null })
    } else if (line.startsWith('+'))
      lines.push({ kind: 'added', text: rest, before: null, after: after++ })
    else if (line.startsWith('-'))
      lines.push({ kind: 'removed', text: rest, before: before++, after: null })
    else if (line.startsWith('\\'))
      lines.push({ kind: 'note', text: line, before: null, after: null })
    else lines.push({ kind: 'same', text: rest, before: before++, after: after++ })
  }
  return {
    lines,
    added: lines.filter(({ kind }) => kind === 'added').length,
    removed: lines.filter(({ kind }) => kind === 'removed').length,
    movedTo: moved ?? trailer?.[1] ?? null
  }
}

/** The lines of one file of a patch. */
export const parseFileDiff = ({ kind, diff }: Pick<FileUpdate, 'kind' | 'diff'>): FileDiff => {
  if (kind.type === 'add') return whole(diff, 'added')
  if (kind.type === 'delete') return whole(diff, 'removed')
  return ofHunks(diff, kind.move_path)
}

/** Stretches of lines that were replaced: as many removed as added next to each other, to be compared word by word. */
export const replacedPairs = (lines: ReadonlyArray<DiffLine>): ReadonlyMap<number, number> => {
  const pairs = new Map<number, number>()
  for (let at = 0; at < lines.length;) {
    let end = at
    while (lines[end]?.kind === 'removed') end += 1
    let last = end
    while (lines[last]?.kind === 'added') last += 1
    if (end > at && last - end === end - at)
      for (let step = 0; step < end - at; step += 1) {
        pairs.set(at + step, end + step)
        pairs.set(end + step, at + step)
      }
    at = Math.max(last, at + 1)
  }
  return pairs
}
