/**
 * What is said while a store does not answer: on a terminal one line that counts down, elsewhere one notice.
 */
import { describe, type StoreError } from '../../../domain/errors.ts'
import type { Io } from '../io.ts'
import { warn } from './report.ts'
import { cut, oneLine } from './text.ts'

const EVERY_MS = 1000
const CLEAR_LINE = '\r\u001b[2K'

interface WaitingLine {
  /** Says that a store does not answer, and for how long it is still tried; null without an end. */
  readonly show: (why: StoreError, leftMs: number | null) => void
  readonly clear: () => void
  /** The same outside, which clears the line before it prints anything else. */
  readonly io: Io
}

const forHowLong = (leftMs: number | null): string =>
  leftMs === null ? 'trying again' : `trying for ${Math.max(1, Math.ceil(leftMs / 1000))} s more`

export const waitingLine = (outside: Io): WaitingLine => {
  let timer: NodeJS.Timeout | null = null
  const clear = (): void => {
    if (timer === null) return
    clearInterval(timer)
    timer = null
    outside.err(CLEAR_LINE)
  }
  const count = (untilMs: number | null): void => {
    const left = forHowLong(untilMs === null ? null : untilMs - outside.nowMs())
    outside.err(`${CLEAR_LINE}${cut(`store not reachable, ${left}`, outside.columns - 1)}`)
  }
  return {
    show: (why, leftMs) => {
      if (!outside.errIsTty || outside.env['TERM'] === 'dumb')
        return warn(`${describe(why)}; ${forHowLong(leftMs)}`, outside)
      const untilMs = leftMs === null ? null : outside.nowMs() + leftMs
      clear()
      warn(oneLine(describe(why)), outside)
      timer = setInterval(() => count(untilMs), EVERY_MS)
      timer.unref()
      count(untilMs)
    },
    clear,
    io: {
      ...outside,
      out: (text) => {
        clear()
        return outside.out(text)
      },
      err: (text) => {
        clear()
        outside.err(text)
      }
    }
  }
}
