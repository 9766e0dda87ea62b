/**
 * The command table in words: `unroll help`.
 */
import * as E from 'fp-ts/lib/Either.js'
import type { FreeCommand } from '../session.ts'
import {
  COMMANDS,
  commandOf,
  EXIT_CODES,
  GLOBAL_OPTIONS,
  optionHead,
  optionText,
  synopsis,
  type CommandSpec,
  type OptionSpec
} from '../table/commands.ts'
import { usage } from '../text/report.ts'
import { wrap } from '../text/text.ts'

const INDENT = 22

const plain = (text: string): string => text.replace(/`/g, '')

const optionLines = (options: ReadonlyArray<OptionSpec>): string =>
  options
    .map((option) => {
      const text = wrap(plain(optionText(option)), INDENT)
      const head = optionHead(option)
      return head.length < INDENT - 2
        ? `  ${head.padEnd(INDENT - 2)}${text}\n`
        : `  ${head}\n${' '.repeat(INDENT)}${text}\n`
    })
    .join('')

const renderCommand = (command: CommandSpec): string => {
  const { summary, about, options, examples, exits } = command
  const parts = [
    `${synopsis(command)}\n\n${summary}\n`,
    ...about.map((text) => `${wrap(plain(text), 0)}\n`),
    ...(options.length === 0 ? [] : [`Options:\n${optionLines(options)}`]),
    `Options of every command:\n${optionLines(GLOBAL_OPTIONS)}`,
    ...(examples.length === 0
      ? []
      : [`Examples:\n${examples.map(([typed, what]) => `  ${typed}\n      ${what}\n`).join('')}`]),
    `Exit codes: ${exits.join(', ')}; see "unroll help".\n`
  ]
  return parts.join('\n')
}

const renderOverview = (): string => {
  const commands = COMMANDS.map((command) => {
    const head = [command.name, ...command.args].join(' ')
    return `  ${head.padEnd(31)}${command.summary}\n`
  })
  const codes = EXIT_CODES.map(([code, text]) => `  ${String(code).padEnd(5)}${wrap(text, 7)}\n`)
  return [
    'Browse, search, repair and analyse Codex threads, straight from their rollout files.\n',
    `Commands:\n${commands.join('')}`,
    `Options of every command:\n${optionLines(GLOBAL_OPTIONS)}`,
    `Exit codes:\n${codes.join('')}`,
    'Type "unroll help <command>" for one of them.\n'
  ].join('\n')
}

export const helpCommand: FreeCommand = async (input, io) => {
  const [name] = input.args
  const command = name === undefined ? undefined : commandOf(name)
  if (name !== undefined && command === undefined) {
    const names = COMMANDS.map((known) => known.name).join(', ')
    return E.left(usage(`there is no command "${name}"`, `commands: ${names}`))
  }
  await io.out(command === undefined ? renderOverview() : renderCommand(command))
  return 0
}
