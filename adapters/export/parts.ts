/**
 * An export in several files: where one ends and the next begins.
 */
import type { ExportFormat } from '../../domain/export/shape.ts'

/** A text of an export, and the part to which it belongs, from 1. */
export interface ExportPiece {
  readonly part: number
  readonly text: string
}

/** How an export is cut. */
export interface ExportSplit {
  /** What a part should not be larger than; an item that is larger by itself stays whole. */
  readonly bytesMax: number
  /** The name of a part's file; parts lead to one another by it. */
  readonly nameOf: (part: number) => string
}

/** Puts texts into parts, in the order in which they come. */
export interface CutParts {
  readonly piece: (text: string) => ExportPiece
  /** The end of this part and the beginning of the next where so many bytes more would be too many; nothing otherwise. */
  readonly room: (bytes: number) => ReadonlyArray<ExportPiece>
}

export const openParts = ({ cut }: ExportFormat, split: ExportSplit | null): CutParts => {
  let part = 1
  let bytes = 0
  /** Of the beginning of this part, which is there before anything else. */
  let ownBytes = Infinity
  const piece = (text: string): ExportPiece => {
    bytes += Buffer.byteLength(text)
    return { part, text }
  }
  return {
    piece,
    room: (more) => {
      if (ownBytes === Infinity) ownBytes = bytes
      if (split === null || cut === null) return []
      if (bytes === ownBytes || bytes + more <= split.bytesMax) return []
      const [end, begin] = cut(part, split.nameOf)
      const last = piece(end)
      part += 1
      bytes = 0
      const first = piece(begin)
      ownBytes = bytes
      return [last, first]
    }
  }
}
