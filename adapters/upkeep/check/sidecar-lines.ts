/**
 * Lines of the small files beside the rollouts, in bounded memory.
 */
import { openRollout } from '../../log/jsonl/front-to-back.ts'
import { cutLines } from './cut-lines.ts'
import type { CheckPace } from './pace.ts'

/** Of a longer line, which these files do not have, the rest is not read. */
const LINE_BYTES_MAX = 1024 * 1024

export interface SidecarLine {
  readonly offsetBytes: number
  readonly bytes: number
  readonly terminated: boolean
  /** Number of non-empty lines before it. */
  readonly revision: number
  /** Null for a line that is too long. */
  readonly text: string | null
}

/** Lines that are not empty; throws system errors. */
export async function* sidecarLines(path: string, pace: CheckPace): AsyncGenerator<SidecarLine> {
  const source = openRollout(path, false)
  let revision = 0
  try {
    for (const cut of cutLines(source.next, LINE_BYTES_MAX)) {
      if (cut.kind === 'part') continue
      const { from: offsetBytes, terminated } = cut
      const text = cut.kind === 'whole' ? cut.bytes.toString('utf8') : null
      const bytes = cut.kind === 'whole' ? cut.bytes.length : cut.length
      if (text?.trim() !== '') yield { offsetBytes, bytes, terminated, revision: revision++, text }
      if (pace.isDue()) await pace.giveWay()
    }
  } finally {
    source.close()
  }
}
