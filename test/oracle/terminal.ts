/**
 * A terminal with a program in it, and what a person would see on its screen; tmux is both the pseudo-terminal and the emulator.
 */
import { execFileSync } from 'node:child_process'
import { eventually } from './listening.ts'

const COLUMNS = 110
const ROWS = 60
/** A screen is read when it stayed as it is for so long. */
const CALM_MS = 400

/** A terminal. */
export interface Terminal {
  /** Presses keys, named as tmux names them: `Enter`, `Escape`, `C-t`. */
  readonly press: (...keys: ReadonlyArray<string>) => void
  readonly type: (text: string) => void
  readonly screen: () => string
  /** The screen as soon as it shows this and has come to rest; null when it never does. */
  readonly shows: (what: RegExp) => Promise<string | null>
  readonly close: () => void
}

let started = 0

/** Starts a program in a terminal of its own; when it has ended, the last line says `EXIT` and the code. */
export const terminal = (
  directory: string,
  env: Readonly<Record<string, string>>,
  command: ReadonlyArray<string>
): Terminal => {
  started += 1
  const socket = `unroll-${process.pid}-${started}`
  const tmux = (...args: ReadonlyArray<string>): string =>
    execFileSync('tmux', ['-L', socket, '-f', '/dev/null', ...args], {
      encoding: 'utf8'
    })
  const quoted = (text: string): string => `'${text.replaceAll("'", `'\\''`)}'`
  const sets = Object.entries(env).map(([key, value]) => `${key}=${quoted(value)}`)
  const line = [...sets, ...command.map(quoted)].join(' ')
  const size = ['-x', String(COLUMNS), '-y', String(ROWS)]
  tmux('new-session', '-d', '-c', directory, ...size, `${line}; echo EXIT $?; sleep 600`)
  const screen = (): string =>
    tmux('capture-pane', '-p')
      .split('\n')
      .map((row) => row.trimEnd())
      .filter((row) => row !== '')
      .join('\n')
  const shows = async (what: RegExp): Promise<string | null> => {
    let last = ''
    let since = Date.now()
    return eventually(() => {
      const now = screen()
      if (now !== last) since = Date.now()
      last = now
      return what.test(now) && Date.now() - since >= CALM_MS ? now : null
    })
  }
  return {
    press: (...keys) => void tmux('send-keys', ...keys),
    type: (text) => void tmux('send-keys', '-l', text),
    screen,
    shows,
    close: () => {
      try {
        tmux('kill-server')
      } catch {
        // It has ended by itself.
      }
    }
  }
}
