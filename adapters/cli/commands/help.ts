/**
 * The command table in words: `unroll help`.
 */
import * as E from 'fp-ts/lib/Either.js'
import type { FreeCommand } from '../session.ts'
import {
  alone,
  COMMANDS,
  commandOf,
  EXIT_CODES,
  formsOf,
  GLOBAL_OPTIONS,
  optionHead,
  optionText,
  synopsis,
  synopsisOf,
  withWord,
  wordOf,
  type CommandForm,
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

/** The words of a command, one line each. */
const wordLines = ({ command, word }: CommandForm): ReadonlyArray<string> => {
  if (word !== null || command.words === undefined) return []
  const heads = command.words.map(({ name, args }) => [name, ...args].join(' '))
  const width = Math.max(...heads.map((head) => head.length)) + 2
  const without = command.withoutWord
  return [
    `Words:\n${command.words
      .map(({ name, summary }, at) => {
        const mark = name === without ? ' (without a word)' : ''
        return `  ${(heads[at] ?? '').padEnd(width)}${wrap(summary + mark, width + 2)}\n`
      })
      .join('')}`,
    `Type "unroll help ${command.name} WORD" for the options of a word.\n`
  ]
}

const renderForm = (form: CommandForm): string => {
  const { command, word, summary, about, options, examples } = form
  const { exits } = command
  const head = word === null ? synopsis(command) : synopsisOf(form)
  const parts = [
    `${head}\n\n${summary}\n`,
    ...wordLines(form),
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
    const args = formsOf(command).length > 1 ? [] : command.args
    return `  ${[command.name, ...args].join(' ').padEnd(31)}${command.summary}\n`
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
  const [name, typed] = input.args
  const command = name === undefined ? undefined : commandOf(name)
  if (name !== undefined && command === undefined) {
    const names = COMMANDS.map((known) => known.name).join(', ')
    return E.left(usage(`there is no command "${name}"`, `commands: ${names}`))
  }
  if (command === undefined) {
    await io.out(renderOverview())
    return 0
  }
  const word = typed === undefined ? undefined : wordOf(command, typed)
  if (typed !== undefined && word === undefined) {
    const names = (command.words ?? []).map((known) => known.name).join(', ')
    const next = names === '' ? `see "unroll help ${command.name}"` : `words: ${names}`
    return E.left(usage(`${command.name} has no word "${typed}"`, next))
  }
  await io.out(renderForm(word === undefined ? alone(command) : withWord(command, word)))
  return 0
}
