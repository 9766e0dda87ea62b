/**
 * Hyperlinks of terminals (OSC 8): an id or a path leads to its file. Only for paths that unroll found itself: what a transcript
 * names is not for clicking.
 */
import { isAbsolute } from 'node:path'
import { pathToFileURL } from 'node:url'
import { textOf, type Input } from '../args.ts'
import type { Io } from '../io.ts'

/** A harmless text that leads to a file; as it is without one, or where the terminal knows no links. */
export type Link = (path: string | null, text: string) => string

export const noLink: Link = (_, text) => text

/** Values of TERM_PROGRAM of terminals that know links. */
const KNOWN: ReadonlySet<string> = new Set([
  'ghostty',
  'iTerm.app',
  'Hyper',
  'mintty',
  'rio',
  'Tabby',
  'vscode',
  'WarpTerminal',
  'WezTerm',
  'zed'
])

/** VTE knows links from version 0.50. */
const VTE_LEAST = 5000

const isAble = ({ env }: Io): boolean => {
  const asked = env['FORCE_HYPERLINK']
  if (asked !== undefined && asked !== '') return asked !== '0' && asked !== 'false'
  if (env['TERM'] === 'dumb' || env['TMUX'] !== undefined || env['STY'] !== undefined) return false
  return (
    KNOWN.has(env['TERM_PROGRAM'] ?? '') ||
    env['TERM'] === 'xterm-kitty' ||
    (env['WT_SESSION'] ?? '') !== '' ||
    Number(env['VTE_VERSION'] ?? 0) >= VTE_LEAST
  )
}

const sequence = (url: string): string => `\u001b]8;;${url}\u001b\\`

/** The links a command may use; never in a pipe, and none without colours that are refused. */
export const linker = (input: Input, io: Io): Link =>
  io.outIsTty && textOf(input, 'color') !== 'never' && isAble(io)
    ? (path, text) =>
        path === null || text === '' || !isAbsolute(path)
          ? text
          : `${sequence(pathToFileURL(path).href)}${text}${sequence('')}`
    : noLink
