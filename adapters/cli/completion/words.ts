/**
 * The command table as completion scripts need it: every form of a command with its options and what each value may be.
 */
import {
  COMMANDS,
  formsOf,
  GLOBAL_OPTIONS,
  rowOptionsOf,
  type CommandForm,
  type OptionSpec
} from '../table/commands.ts'

/** What a value may be. Threads, turns and plugins are asked for while somebody types; the rest stands in the script. */
export type ValueKind = 'thread' | 'turn' | 'plugin' | 'file' | 'dir' | 'command' | 'any'

export type ValueSpec = ValueKind | ReadonlyArray<string>

const BY_PLACEHOLDER: Readonly<Record<string, ValueKind>> = {
  thread: 'thread',
  'operation-or-thread': 'thread',
  before: 'thread',
  after: 'thread',
  turn: 'turn',
  'revision|turn|time': 'turn',
  plugin: 'plugin',
  file: 'file',
  path: 'file',
  capture: 'file',
  dir: 'dir',
  folder: 'dir',
  command: 'command'
}

/** What `<thread>`, `[thread...]`, `DIR` and the like stand for. */
export const valueOf = (placeholder: string): ValueKind =>
  BY_PLACEHOLDER[placeholder.replace(/[<>[\]]|\.\.\./g, '').toLowerCase()] ?? 'any'

export const isRepeated = (placeholder: string | undefined): boolean =>
  placeholder?.includes('...') === true

export interface CompletedOption {
  /** `--limit`, and `-n` where there is one. */
  readonly names: ReadonlyArray<string>
  readonly text: string
  /** Null for a flag. */
  readonly value: ValueSpec | null
}

export interface CompletedForm {
  /** Every way to type it: with the aliases of the command and of the word. */
  readonly titles: ReadonlyArray<string>
  readonly options: ReadonlyArray<CompletedOption>
  readonly args: ReadonlyArray<ValueKind>
  /** The last argument may be repeated. */
  readonly many: boolean
}

/** The first sentence of a text, without marks. */
export const briefly = (text: string): string => {
  const plain = text.replace(/`/g, '')
  return /^(.*?[^.]\.)(?: |$)/.exec(plain)?.[1]?.replace(/\.$/, '') ?? plain
}

const completedOption = ({ name, short, value, choices, text }: OptionSpec): CompletedOption => ({
  names: [`--${name}`, ...(short === undefined ? [] : [`-${short}`])],
  text: briefly(text),
  value: value === undefined ? null : (choices ?? valueOf(value))
})

const titlesOf = ({ command, word }: CommandForm): ReadonlyArray<string> => {
  const names = [command.name, ...(command.aliases ?? [])]
  if (word === null) return names
  return names.flatMap((name) =>
    [word.name, ...(word.aliases ?? [])].map((each) => `${name} ${each}`)
  )
}

/** Options of a form, and those of rows that it does not have under the same name. */
const optionsIn = ({ command, options }: CommandForm): ReadonlyArray<OptionSpec> => {
  const own = new Set(options.map(({ name }) => name))
  return [...options, ...rowOptionsOf(command).filter(({ name }) => !own.has(name))]
}

/** Options of every command. */
export const COMPLETED_GLOBALS: ReadonlyArray<CompletedOption> = GLOBAL_OPTIONS.map(completedOption)

export const COMPLETED_FORMS: ReadonlyArray<CompletedForm> = COMMANDS.flatMap(formsOf).map(
  (form) => ({
    titles: titlesOf(form),
    options: optionsIn(form).map(completedOption),
    args: form.args.map(valueOf),
    many: isRepeated(form.args.at(-1))
  })
)

/** Words of a level with what each is for. */
export type Described = ReadonlyArray<readonly [word: string, text: string]>

export const COMPLETED_COMMANDS: Described = COMMANDS.map(({ name, summary }) => [
  name,
  briefly(summary)
])

/** Commands that have words, by every name. */
export const COMPLETED_WORDS: ReadonlyArray<readonly [command: string, words: Described]> =
  COMMANDS.flatMap(({ name, aliases = [], words = [] }) =>
    words.length === 0
      ? []
      : [name, ...aliases].map(
          (each) =>
            [each, words.map((word) => [word.name, briefly(word.summary)] as const)] as const
        )
  )

/** Options that take a value, in any command. */
export const VALUED: ReadonlyArray<string> = [
  ...new Set(
    [...COMPLETED_GLOBALS, ...COMPLETED_FORMS.flatMap(({ options }) => options)].flatMap(
      ({ names, value }) => (value === null ? [] : names)
    )
  )
]

/** A value as the scripts of bash and PowerShell write it: `@thread`, or the choices. */
export const writtenValue = (value: ValueSpec): string =>
  typeof value === 'string' ? `@${value}` : value.join('|')
