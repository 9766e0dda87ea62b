/**
 * One line on stderr that tells how far a long catch-up has come, and is gone when it is done.
 */
import type { Progress } from '../../../replay/catch-up/fold-many.ts'
import type { Io } from '../io.ts'
import { size } from './text.ts'

const QUIET_MS = 300
const EVERY_MS = 100
const CLEAR_LINE = '\r\u001b[2K'

/** The line, and ways to be rid of it. */
export interface ProgressLine {
  readonly show: Progress
  readonly clear: () => void
  /** The same outside, which clears the line before it prints anything else. */
  readonly before: (io: Io) => Io
}

/** Starts counting; nothing is shown in the first 300 ms, nor where stderr is no terminal. */
export const startProgress = (io: Io, doing = 'reading rollouts'): ProgressLine => {
  const able = io.errIsTty && io.env['TERM'] !== 'dumb'
  let next = io.nowMs() + QUIET_MS
  let shown = false
  const clear = (): void => {
    if (shown) io.err(CLEAR_LINE)
    shown = false
  }
  return {
    show: (done, total, bytes) => {
      if (!able || io.stop.aborted || io.nowMs() < next) return
      next = io.nowMs() + EVERY_MS
      shown = true
      io.err(`${CLEAR_LINE}${doing}: ${done} of ${total}, ${size(bytes)}`)
    },
    clear,
    before: (inner) => ({
      ...inner,
      out: (text) => {
        clear()
        return inner.out(text)
      },
      err: (text) => {
        clear()
        inner.err(text)
      }
    })
  }
}
