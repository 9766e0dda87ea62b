/**
 * unroll mcp install: tells a client of MCP how to start the server.
 */
import * as E from 'fp-ts/lib/Either.js'
import { mkdirSync } from 'node:fs'
import { dirname, isAbsolute, join } from 'node:path'
import { configText, replaceConfig } from '../../../home/config-file.ts'
import { flagOf, textOf, type Input } from '../../args.ts'
import type { Io } from '../../io.ts'
import type { CommandEnd, CommandPlace } from '../../session.ts'
import { note, ownFailure, usage, type CommandFailure } from '../../text/report.ts'
import { harmless, shellWord } from '../../text/text.ts'
import {
  CLIENT_FILES,
  lineChanges,
  linesFor,
  MCP_CLIENTS,
  type McpClient,
  type ServerCommand
} from './clients.ts'

/** Options of the server that an entry keeps. */
const KEPT = ['home', 'store', 'cwd', 'max-chars'] as const
const FLAGS = ['writable', 'no-redact'] as const

/** How this program is started: by its name where it was found on the path. */
const serverOf = (input: Input, io: Io): ServerCommand => {
  const [command = 'unroll', ...before] = io.program.split(' ')
  const options = KEPT.flatMap((name) => {
    const value = textOf(input, name)
    return value === undefined ? [] : [`--${name}`, value]
  })
  const flags = FLAGS.filter((name) => flagOf(input, name)).map((name) => `--${name}`)
  return { command, args: [...before, 'mcp', ...options, ...flags] }
}

const pathOf = (
  client: McpClient,
  io: Io,
  { home }: CommandPlace
): E.Either<CommandFailure, string> => {
  const { path, in: folder } = CLIENT_FILES[client]
  if (folder === 'codex-home') return E.right(join(home, ...path))
  if (folder === 'directory') return E.right(join(io.cwd, ...path))
  const user = io.env['HOME'] ?? io.env['USERPROFILE'] ?? ''
  return isAbsolute(user)
    ? E.right(join(user, ...path))
    : E.left(
        ownFailure(
          'no_match',
          'HOME names no folder',
          'set HOME, or add the lines of --print yourself'
        )
      )
}

const byHand = (path: string, client: McpClient, why: string): CommandFailure =>
  ownFailure(
    'no_match',
    `${path} ${why}`,
    `add the lines of "unroll mcp install ${client} --print" to it yourself`
  )

const write = async (
  client: McpClient,
  server: ServerCommand,
  path: string,
  io: Io
): Promise<CommandEnd> => {
  const before = configText(path)
  if (before === null) return E.left(byHand(path, client, 'holds bytes that are not UTF-8'))
  const edited = CLIENT_FILES[client].withEntry(before, server)
  if (edited === 'other')
    return E.left(byHand(path, client, 'has another entry for unroll, which was left alone'))
  if (edited === null) return E.left(byHand(path, client, 'cannot be edited without changing more'))
  const { text: after } = edited
  if (after === before) {
    note(`${path} has it already`, io)
    return 0
  }
  await io.out(`${path}\n${lineChanges(before, after).map(harmless).join('\n')}\n`)
  mkdirSync(dirname(path), { recursive: true })
  replaceConfig(path, after)
  note(`Wrote ${path}`, io)
  return 0
}

const isClient = (text: string): text is McpClient =>
  (MCP_CLIENTS as ReadonlyArray<string>).includes(text)

export const install = async (input: Input, io: Io, place: CommandPlace): Promise<CommandEnd> => {
  const [client = ''] = input.args.slice(1)
  if (!isClient(client))
    return E.left(usage(`no client ${client}`, `name one of: ${MCP_CLIENTS.join(', ')}`))
  const server = serverOf(input, io)
  const path = pathOf(client, io, place)
  if (E.isLeft(path)) return path
  if (flagOf(input, 'write')) return write(client, server, path.right, io)
  const { instead } = CLIENT_FILES[client]
  const command = [server.command, ...server.args].map(shellWord).join(' ')
  note(`For ${path.right}${instead === null ? '' : `; or type: ${instead} ${command}`}`, io)
  await io.out(linesFor(client, server))
  return 0
}
