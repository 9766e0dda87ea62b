/**
 * One line on stderr that shows how far long work has come, cleared when it is done.
 */
import type { Progress } from '../../../replay/catch-up/fold-many.ts'
import type { Io } from '../io.ts'
import { cut, duration, size } from './text.ts'

const QUIET_MS = 300
const EVERY_MS = 100
const CLEAR_LINE = '\r\u001b[2K'

interface ProgressLine {
  readonly show: Progress
  readonly clear: () => void
  /** The same outside, which clears the line before it prints anything else. */
  readonly before: (io: Io) => Io
}

/** A rate says something after this long. */
const RATE_AFTER_MS = 1000

/** How fast it goes, and how long what is left takes at that rate. */
const pace = (bytes: number, bytesTotal: number, tookMs: number): string => {
  if (tookMs < RATE_AFTER_MS || bytes === 0) return ''
  const leftMs = (Math.max(0, bytesTotal - bytes) * tookMs) / bytes
  return `, ${size(Math.round((bytes * 1000) / tookMs))}/s, ${duration(Math.round(leftMs / 1000) * 1000)} left`
}

/** Starts counting; nothing is shown in the first 300 ms, nor where stderr is no terminal. */
export const startProgress = (io: Io, doing = 'reading rollouts'): ProgressLine => {
  const able = io.errIsTty && io.env['TERM'] !== 'dumb'
  let next = io.nowMs() + QUIET_MS
  let shown = false
  let began: { readonly ms: number; readonly bytes: number } | null = null
  let isDone = false
  const clear = (): void => {
    if (shown) io.err(CLEAR_LINE)
    shown = false
  }
  return {
    show: (done, total, bytes, bytesTotal) => {
      if (!able || io.stop.aborted) return
      const nowMs = io.nowMs()
      // A command that goes on for long catches up again and again, which is no wait each time.
      if (isDone) next = nowMs + QUIET_MS
      if (began === null || isDone || bytes < began.bytes) began = { ms: nowMs, bytes }
      isDone = done >= total
      if (nowMs < next) return
      next = nowMs + EVERY_MS
      shown = true
      const grown = bytes - began.bytes
      const all = bytesTotal === undefined ? '' : ` of ${size(bytesTotal)}`
      const rate =
        bytesTotal === undefined ? '' : pace(grown, bytesTotal - began.bytes, nowMs - began.ms)
      const line = `${doing}: ${done} of ${total}, ${size(bytes)}${all}${rate}`
      // A line that the terminal broke could not be cleared.
      io.err(CLEAR_LINE + cut(line, io.columns - 1))
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

/** Runs `use` with a progress line; it prints through the `io` it is given. */
export const withProgress = async <A>(
  io: Io,
  doing: string,
  use: (quiet: Io, onProgress: Progress) => Promise<A>
): Promise<A> => {
  const progress = startProgress(io, doing)
  try {
    return await use(progress.before(io), progress.show)
  } finally {
    progress.clear()
  }
}
