/**
 * A real terminal for tests: tmux is both the pseudo-terminal and what draws it.
 */
import { execFileSync, spawnSync } from 'node:child_process'

export const hasTmux = (): boolean => spawnSync('tmux', ['-V']).status === 0

/** Looks at the screen this often. */
const POLL_MS = 50

let started = 0

export interface TmuxTerminal {
  /** Presses keys, named as tmux names them: `Enter`, `Escape`, `C-c`. */
  readonly keys: (...names: ReadonlyArray<string>) => void
  readonly type: (text: string) => void
  /** What a person sees. A line that the terminal broke is one line again. */
  readonly screen: () => string
  /** The screen as soon as it is as wanted. */
  readonly until: (isWanted: (screen: string) => boolean) => Promise<string>
  readonly resize: (columns: number, rows: number) => void
  /** A format of tmux, filled in: `#{cursor_flag}`. */
  readonly fact: (format: string) => string
  readonly close: () => void
}

/** Starts a shell command in a terminal of its own. */
export const tmuxTerminal = (
  command: string,
  { columns, rows }: { readonly columns: number; readonly rows: number }
): TmuxTerminal => {
  started += 1
  const socket = `unroll-test-${process.pid}-${started}`
  const tmux = (...words: ReadonlyArray<string>): string =>
    execFileSync('tmux', ['-L', socket, '-f', '/dev/null', ...words], { encoding: 'utf8' })
  const size = (x: number, y: number): ReadonlyArray<string> => ['-x', String(x), '-y', String(y)]
  tmux('new-session', '-d', '-s', 'one', ...size(columns, rows), command)
  const screen = (): string => tmux('capture-pane', '-t', 'one', '-p', '-J').replaceAll(/ +$/gm, '')
  return {
    keys: (...names) => void tmux('send-keys', '-t', 'one', ...names),
    type: (text) => void tmux('send-keys', '-t', 'one', '-l', text),
    screen,
    until: async (isWanted) => {
      for (;;) {
        const now = screen()
        if (isWanted(now)) return now
        await new Promise((resolve) => setTimeout(resolve, POLL_MS))
      }
    },
    resize: (x, y) => void tmux('resize-window', '-t', 'one', ...size(x, y)),
    fact: (format) => tmux('display-message', '-t', 'one', '-p', format).trim(),
    close: () => void spawnSync('tmux', ['-L', socket, 'kill-server'])
  }
}
