/**
 * Every way to write a command: alone, or with each of its words. The parser, the help and the docs are made from it.
 */
import { ROW_OPTIONS, type CommandSpec, type OptionSpec, type WordSpec } from './spec.ts'

export interface CommandForm {
  readonly command: CommandSpec
  /** Null for the command by itself. */
  readonly word: WordSpec | null
  /** What is typed before the arguments: `audit seal`. */
  readonly title: string
  /** Placeholders of the arguments, the word left out. */
  readonly args: ReadonlyArray<string>
  readonly summary: string
  readonly about: ReadonlyArray<string>
  /** Without those of every command. */
  readonly options: ReadonlyArray<OptionSpec>
  readonly examples: CommandSpec['examples']
}

const startsWith = (line: string, title: string): boolean =>
  line === `unroll ${title}` || line.startsWith(`unroll ${title} `)

/** The command by itself, whether or not it can be typed so. */
export const alone = (command: CommandSpec): CommandForm => {
  const { name, args, summary, about, options, examples } = command
  return { command, word: null, title: name, args, summary, about, options, examples }
}

/** A word with its command; options of a command that also stands by itself are not those of its words. */
export const withWord = (command: CommandSpec, word: WordSpec): CommandForm => {
  const title = `${command.name} ${word.name}`
  return {
    ...{ command, word, title, args: word.args, summary: word.summary, about: word.about ?? [] },
    options: [...word.options, ...(command.withoutWord === 'itself' ? [] : command.options)],
    examples: command.examples.filter(([line]) => startsWith(line, title))
  }
}

/** Every form of a command that can be typed, the one without a word first. */
export const formsOf = (command: CommandSpec): ReadonlyArray<CommandForm> => {
  const { words = [], withoutWord: without } = command
  const withWords = words.map((each) => withWord(command, each))
  return words.length === 0 || without === 'itself' ? [alone(command), ...withWords] : withWords
}

export const wordOf = (command: CommandSpec, name: string): WordSpec | undefined =>
  command.words?.find((each) => each.name === name || each.aliases?.includes(name) === true)

/** Options that a command takes in any of its forms. */
export const optionsOfAll = (command: CommandSpec): ReadonlyArray<OptionSpec> => [
  ...command.options,
  ...(command.words ?? []).flatMap(({ options }) => options)
]

/** Options of a command beside its own, but for those of every command. */
export const rowOptionsOf = ({ output }: CommandSpec): ReadonlyArray<OptionSpec> =>
  output.tsv === undefined ? [] : ROW_OPTIONS

/** One line: how a form is written. */
export const synopsisOf = ({ title, args, options }: CommandForm): string =>
  ['unroll', title, ...args, ...(options.length > 0 ? ['[options]'] : [])].join(' ')

/** One line: how a command is written, whatever its word. */
export const synopsis = (command: CommandSpec): string => {
  const { name, words, withoutWord: without } = command
  if (words === undefined || without === 'itself') return synopsisOf(alone(command))
  const place = without === undefined ? '<word>' : '[word]'
  return `unroll ${name} ${place} [options]`
}
