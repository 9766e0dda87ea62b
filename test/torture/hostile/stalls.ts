/**
 * How long a process was deaf: processor time of its main thread between two turns of the event loop. Other work of the machine
 * does not count, so the figure can be compared between machines that are busy and such that are not.
 */
import { closeSync, openSync, readFileSync, readSync } from 'node:fs'

const NS_PER_MS = 1e6

/** Watches from now on; the answer is the longest stretch without a turn, in milliseconds of processor time. */
export const watchStalls = (): { readonly stop: () => number } => {
  const file = openSync('/proc/self/schedstat', 'r')
  const text = Buffer.alloc(64)
  const spentMs = (): number => {
    const read = readSync(file, text, 0, text.length, 0)
    return Number(text.toString('latin1', 0, read).split(' ')[0]) / NS_PER_MS
  }
  let before = spentMs()
  let worst = 0
  let isOver = false
  const look = (): void => {
    if (isOver) return
    const now = spentMs()
    worst = Math.max(worst, now - before)
    before = now
    setImmediate(look)
  }
  setImmediate(look)
  return {
    stop: () => {
      isOver = true
      worst = Math.max(worst, spentMs() - before)
      closeSync(file)
      return worst
    }
  }
}

/** Memory of this process in bytes: now, or at its highest. */
export const memoryOf = (which: 'VmRSS' | 'VmHWM'): number => {
  const line = new RegExp(`${which}:\\s+(\\d+) kB`).exec(
    readFileSync('/proc/self/status', 'latin1')
  )
  return Number(line?.[1] ?? 0) * 1024
}
