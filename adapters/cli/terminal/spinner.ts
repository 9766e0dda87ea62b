/**
 * A line at the bottom of a terminal that says what runs, and is gone before anything else is printed.
 */
import type { Io } from '../io.ts'
import { cut, duration } from '../text/text.ts'

const FRAMES = '⠋⠙⠹⠸⠼⠴⠦⠧⠇⠏'
const FRAME_MS = 100
const CLEAR_LINE = '\r\u001b[2K'

export interface Spinner {
  /** Shows what runs since when, or nothing. */
  readonly show: (running: { readonly what: string; readonly sinceMs: number } | null) => void
  readonly clear: () => void
}

/** Nothing is shown where stdout or stderr is no terminal. */
export const spinner = (io: Io): Spinner => {
  const able = io.outIsTty && io.errIsTty && io.env['TERM'] !== 'dumb'
  let isShown = false
  const clear = (): void => {
    if (isShown) io.err(CLEAR_LINE)
    isShown = false
  }
  // What was stopped prints nothing more, and its line must not stay.
  io.stop.addEventListener('abort', clear, { once: true })
  return {
    clear,
    show: (running) => {
      if (!able || io.stop.aborted) return
      if (running === null) return clear()
      const ms = Math.max(0, io.nowMs() - running.sinceMs)
      const frame = FRAMES[Math.floor(ms / FRAME_MS) % FRAMES.length] ?? ''
      const took = duration(Math.floor(ms / 1000) * 1000).replace(/\.0 s$|^0 ms$/, (text) =>
        text === '0 ms' ? '0 s' : ' s'
      )
      const end = `, ${took}`
      io.err(`${CLEAR_LINE}${cut(`${frame} ${running.what}`, io.columns - end.length - 1)}${end}`)
      isShown = true
    }
  }
}
