/**
 * The whole terminal for a while: the alternate screen, keys one by one, and everything as it was afterwards, whatever ends
 * the process.
 */
import { closeSync, openSync, writeSync } from 'node:fs'
import { ReadStream, WriteStream } from 'node:tty'
import { keyReader, type Key } from './keys.ts'

export interface ScreenSize {
  readonly columns: number
  readonly rows: number
}

export interface Terminal {
  readonly size: () => ScreenSize
  /** Draws a screen over the one before: one line per row, already harmless and cut. */
  readonly draw: (lines: ReadonlyArray<string>) => void
  readonly onKey: (listener: (key: Key) => void) => void
  readonly onResize: (listener: () => void) => void
  /** Leaves the screen as it was; the second call does nothing. */
  readonly close: () => void
}

/** Opens the terminal of a process; null where it has none. */
export type OpenTerminal = () => Terminal | null

const ENTER = '\u001b[?1049h\u001b[?25l\u001b[?2004h'
const LEAVE = '\u001b[?2004l\u001b[?25h\u001b[?1049l'
const HOME = '\u001b[H'
const CLEAR_RIGHT = '\u001b[K'
const CLEAR_BELOW = '\u001b[J'
/** Where a terminal is slow or gone, frames are skipped instead of heaped up. */
const BUFFERED_MAX = 256 * 1024

/** A screen as what a terminal is sent. */
export const frame = (lines: ReadonlyArray<string>, { rows }: ScreenSize): string =>
  `${HOME}${lines
    .slice(0, rows)
    .map((line) => `${line}${CLEAR_RIGHT}`)
    .join('\r\n')}${CLEAR_BELOW}`

interface Device {
  readonly input: ReadStream
  readonly output: WriteStream
  readonly fd: number
  readonly release: () => void
}

/** The controlling terminal, also when stdin and stdout are pipes. */
const controlling = (): Device | null => {
  if (process.platform === 'win32') return null
  let fd: number
  try {
    fd = openSync('/dev/tty', 'r+')
  } catch {
    return null
  }
  const input = new ReadStream(fd)
  const output = new WriteStream(fd)
  return { input, output, fd, release: () => input.destroy() }
}

/** The terminal on stdin and stdout, where there is no other way. */
const standard = (): Device | null => {
  const { stdin, stdout } = process
  if (!stdin.isTTY || !stdout.isTTY) return null
  return { input: stdin, output: stdout, fd: 1, release: () => stdin.pause() }
}

export const processTerminal: OpenTerminal = () => {
  const device = controlling() ?? standard()
  if (device === null) return null
  const { input, output, fd } = device
  const keys = keyReader()
  let isOpen = true
  const restore = (): void => {
    if (!isOpen) return
    isOpen = false
    try {
      input.setRawMode(false)
      // The process may end right behind: nothing is left to a queue.
      writeSync(fd, LEAVE)
    } catch {
      // The terminal is gone.
    }
  }
  process.once('exit', restore)
  for (const stream of [input, output]) stream.on('error', restore)
  input.setRawMode(true)
  output.write(ENTER)
  let resized: () => void = () => undefined
  const refresh = (): void => {
    // A terminal that was opened by name hears of no resize by itself.
    ;(output as unknown as { readonly _refreshSize?: () => void })._refreshSize?.()
    resized()
  }
  process.on('SIGWINCH', refresh)
  return {
    size: () => ({ columns: output.columns || 80, rows: output.rows || 24 }),
    draw: (lines) => {
      if (!isOpen || output.writableLength > BUFFERED_MAX) return
      output.write(frame(lines, { columns: output.columns || 80, rows: output.rows || 24 }))
    },
    onKey: (listener) => {
      input.on('data', (bytes: Buffer) => keys.take(bytes, listener))
      input.on('end', () => listener({ name: 'interrupt' }))
      input.resume()
    },
    onResize: (listener) => void (resized = listener),
    close: () => {
      if (!isOpen) return
      process.off('SIGWINCH', refresh)
      process.off('exit', restore)
      restore()
      keys.close()
      device.release()
    }
  }
}

/** True where a terminal can be opened; asked before anything is read. */
export const hasTerminal = (): boolean => {
  if (process.platform === 'win32') return process.stdin.isTTY && process.stdout.isTTY
  try {
    closeSync(openSync('/dev/tty', 'r+'))
    return true
  } catch {
    return false
  }
}
