/**
 * Command lines to commands, by the table, and back. `parseArgs` splits, the table decides what is allowed: its own strict
 * mode knows neither choices nor ranges, and cannot say what was probably meant.
 */
import { parseArgs } from 'node:util'
import { withoutSecrets } from '../log/eventstore/connection/connection-string.ts'
import type { Io } from './io.ts'
import { didYouMean } from './naming/nearest.ts'
import {
  alone,
  COMMANDS,
  commandOf,
  GLOBAL_OPTIONS,
  optionsOfAll,
  ROW_CONFLICTS,
  ROW_OPTIONS,
  rowOptionsOf,
  synopsis,
  synopsisOf,
  withWord,
  wordOf,
  type CommandForm,
  type CommandSpec,
  type OptionSpec
} from './table/commands.ts'
import { insteadOf } from './table/peers.ts'
import { NEWEST_THREAD, threadPlace } from './table/spec.ts'
import { usage, type CommandFailure } from './text/report.ts'
import { shellWord } from './text/text.ts'

export interface Input {
  readonly command: CommandSpec
  /** The command with the word that was typed or is meant; its options are those that are allowed. */
  readonly form: CommandForm
  /** Begins with the word, where the form has one. */
  readonly args: ReadonlyArray<string>
  /** Values by option, in the order given; a flag has the value ''. */
  readonly values: ReadonlyMap<string, ReadonlyArray<string>>
  readonly json: boolean
}

/** An allowed command line, or why it is refused. */
export type ParsedCommandLine =
  | { readonly ok: true; readonly input: Input }
  | { readonly ok: false; readonly failure: CommandFailure; readonly json: boolean }

/** The last value of an option. */
export const textOf = (input: Input, name: string): string | undefined =>
  input.values.get(name)?.at(-1)

export const listOf = (input: Input, name: string): ReadonlyArray<string> =>
  input.values.get(name) ?? []

export const flagOf = (input: Input, name: string): boolean => input.values.has(name)

/** A whole number, which the parser found in range. */
export const numberOf = (input: Input, name: string): number | undefined => {
  const text = textOf(input, name)
  return text === undefined ? undefined : Number(text)
}

const takesValue = ({ value }: OptionSpec): boolean => value !== undefined

/** Before the command is known, an option takes a value if it does in any command. */
const ALL_OPTIONS: ReadonlyMap<string, OptionSpec> = new Map(
  [...GLOBAL_OPTIONS, ...COMMANDS.flatMap(optionsOfAll), ...ROW_OPTIONS]
    .toSorted((a, b) => Number(takesValue(a)) - Number(takesValue(b)))
    .map((spec) => [spec.name, spec])
)

type Options = ReadonlyMap<string, OptionSpec>

const tokensOf = (argv: ReadonlyArray<string>, specs: Options) => {
  const options = Object.fromEntries(
    [...specs.values()].map((spec) => [
      spec.name,
      {
        type: takesValue(spec) ? 'string' : 'boolean',
        ...(spec.short === undefined ? {} : { short: spec.short })
      } as const
    ])
  )
  const { tokens } = parseArgs({
    args: [...argv],
    strict: false,
    tokens: true,
    allowPositionals: true,
    options
  })
  return {
    words: tokens.flatMap((token) => (token.kind === 'positional' ? [token.value] : [])),
    found: tokens.flatMap((token) => (token.kind === 'option' ? [asLong(token)] : []))
  }
}

/** The words and options of a command line; a command may have as a flag what takes a value in others. */
const readTokens = (argv: ReadonlyArray<string>) => {
  const read = tokensOf(argv, ALL_OPTIONS)
  const command = commandOf(read.words[0] ?? '')
  const others = (command === undefined ? [] : optionsOfAll(command)).filter(
    (spec) => takesValue(spec) !== takesValue(ALL_OPTIONS.get(spec.name) ?? spec)
  )
  if (others.length === 0) return read
  return tokensOf(
    argv,
    new Map([...ALL_OPTIONS, ...others.map((spec) => [spec.name, spec] as const)])
  )
}

const usageLine = (form: CommandForm): string =>
  `usage: ${synopsisOf(form)}; see "unroll help ${form.title}"`

const wordsLine = (command: CommandSpec): string =>
  `usage: ${synopsis(command)}; see "unroll help ${command.name}"`

const PROGRAM_LINE = 'usage: unroll <command> [options]; see "unroll help"'

/** What is wrong with a value, or null. */
const valueProblem = ({ name, choices, range }: OptionSpec, value: string): string | null => {
  if (choices !== undefined && !choices.includes(value)) {
    // One number is as near as another.
    const meant = /\p{L}/u.test(value) ? didYouMean(value, choices, '') : ''
    return `--${name} takes ${choices.join(', ')}, not "${value}"${meant}`
  }
  if (range === undefined) return value === '' ? `--${name} needs a value` : null
  const [min, max] = range
  const number = /^\d+$/.test(value) ? Number(value) : NaN
  const allowed = max === Number.MAX_SAFE_INTEGER ? `${min} or more` : `from ${min} to ${max}`
  return number >= min && number <= max
    ? null
    : `--${name} takes a whole number ${allowed}, not "${value}"`
}

interface OptionToken {
  readonly name: string
  readonly rawName: string
  readonly value: string | undefined
  readonly inlineValue: boolean | undefined
}

/** Spellings of other tools. */
const asLong = (token: OptionToken): OptionToken => {
  if (token.rawName === '-v') return { ...token, name: 'version' }
  return token.name === 'no-color' && token.value === undefined
    ? { ...token, name: 'color', value: 'never', inlineValue: true }
    : token
}

/** What is wrong with an option, or null. */
const optionProblem = (token: OptionToken, form: CommandForm): string | null => {
  const { name, rawName, value, inlineValue } = token
  if (name === 'version' && form.command.name !== 'version')
    return `${form.title} has no option ${rawName}`
  const options = [...form.options, ...rowOptionsOf(form.command), ...GLOBAL_OPTIONS]
  const spec = options.find((option) => option.name === name)
  if (spec === undefined) {
    const names = options.map((option) => option.name)
    return ALL_OPTIONS.has(name)
      ? `${form.title} has no option ${rawName}`
      : `unknown option ${rawName}${didYouMean(name, names, '--')}`
  }
  if (spec.value === undefined) return value === undefined ? null : `--${name} takes no value`
  if (value === undefined) return `--${name} needs a value`
  // A turn counted from the end.
  const isPlace = spec.value.includes('TURN') && /^-\d+$/.test(value)
  if (inlineValue !== true && value.startsWith('-') && value !== '-' && !isPlace) {
    return `--${name} needs a value; one that begins with a dash is written --${name}=${value}`
  }
  return valueProblem(spec, value)
}

const argsProblem = (form: CommandForm, args: ReadonlyArray<string>): string | null => {
  const needed = form.args.filter((arg) => !arg.startsWith('['))
  const missing = needed[args.length]
  if (missing !== undefined) return `${form.title} needs ${missing}`
  const extra = args[form.args.length]
  return extra !== undefined && form.args.at(-1)?.includes('...') !== true
    ? `${form.title} does not take "${extra}"`
    : null
}

/** Which form of a command is meant by what follows its name, and its arguments; or why none is. */
type Meant =
  | { readonly form: CommandForm; readonly args: ReadonlyArray<string> }
  | { readonly problem: string }
  | 'list its words'

const meantBy = (command: CommandSpec, typed: ReadonlyArray<string>): Meant => {
  const { name, words, withoutWord } = command
  if (words === undefined) return { form: alone(command), args: typed }
  const [first, ...rest] = typed
  const found = wordOf(command, first ?? withoutWord ?? '')
  if (found !== undefined) return { form: withWord(command, found), args: rest }
  if (withoutWord === 'itself') return { form: alone(command), args: typed }
  if (first === undefined) return 'list its words'
  const names = words.map((each) => each.name)
  return {
    problem: `${name} takes ${names.join(', ')}, not "${first}"${didYouMean(first, names, '')}`
  }
}

const isOfRows = (command: CommandSpec): boolean => rowOptionsOf(command).length > 0

const conflict = ({ command }: CommandForm, given: ReadonlySet<string>): string | null => {
  if (given.has('json') && command.output.json === undefined) {
    return `${command.name} has no --json`
  }
  const pairs = [
    ...(command.conflicts ?? []),
    ...(isOfRows(command) ? ROW_CONFLICTS : []),
    ['tz', 'utc'] as const
  ]
  const found = pairs.find(([one, other]) => given.has(one) && given.has(other))
  return found === undefined ? null : `--${found[0]} and --${found[1]} exclude each other`
}

/** The arguments with the newest thread where --last stands for one. */
const withNewest = (
  { args: placeholders }: CommandForm,
  args: ReadonlyArray<string>,
  given: ReadonlySet<string>
): ReadonlyArray<string> => {
  const place = threadPlace(placeholders)
  return place === -1 || !given.has('last') ? args : args.toSpliced(place, 0, NEWEST_THREAD)
}

const commandName = (given: ReadonlySet<string>, words: ReadonlyArray<string>): string =>
  words[0] ?? (given.has('version') ? 'version' : 'help')

/** Reads the words after the program's name. */
export const parseCommandLine = (argv: ReadonlyArray<string>): ParsedCommandLine => {
  const { words, found } = readTokens(argv)
  const given = new Set(found.map(({ name }) => name))
  const json = given.has('json')
  const name = commandName(given, words)
  const command = commandOf(name)
  const refuse = (problem: string, next: string): ParsedCommandLine => ({
    ok: false,
    failure: usage(problem, next),
    json
  })
  if (command === undefined) {
    const names = COMMANDS.map((known) => known.name)
    const instead = insteadOf(name)
    const near = instead === null ? didYouMean(name, names, '') : ''
    return refuse(`unknown command "${name}"${near}`, instead ?? PROGRAM_LINE)
  }
  const typed = words.slice(1)
  const asked = () => ({ ok: true, input: helpFor(command, typed[0], valuesOf(found)) }) as const
  if (given.has('help')) return asked()
  const meant = meantBy(command, typed)
  if (meant === 'list its words')
    return json ? refuse(`${name} needs a word`, wordsLine(command)) : asked()
  if ('problem' in meant) return refuse(meant.problem, wordsLine(command))
  const { form } = meant
  const args = withNewest(form, meant.args, given)
  const problem =
    found.map((token) => optionProblem(token, form)).find((text) => text !== null) ??
    conflict(form, given) ??
    argsProblem(form, args)
  if (problem !== null && problem !== undefined) return refuse(problem, usageLine(form))
  const all = form.word === null ? args : [form.word.name, ...args]
  return { ok: true, input: { command, form, args: all, values: valuesOf(found), json } }
}

const valuesOf = (found: ReadonlyArray<OptionToken>): Input['values'] => {
  const values = new Map<string, ReadonlyArray<string>>()
  for (const { name, value } of found) values.set(name, [...(values.get(name) ?? []), value ?? ''])
  return values
}

/** Asks for the help of a command, or of the word behind it if that is one. */
const helpFor = (
  command: CommandSpec,
  typed: string | undefined,
  values: Input['values']
): Input => {
  const help = commandOf('help') as CommandSpec
  const word = wordOf(command, typed ?? '')
  const about = word === undefined ? [command.name] : [command.name, word.name]
  const args = command === help ? [] : about
  return { command: help, form: alone(help), args, values, json: false }
}

/** Options that the next command needs as well, to speak of the same threads. */
export const KEPT = ['home', 'index', 'store', 'profile', 'items', 'strict', 'at', 'tz', 'utc']

/** Options that say where the threads are. */
const PLACE = ['home', 'index', 'store']

/** Options of a command line as they are typed again, each with its value. */
const typedOptions = (
  input: Input,
  names: ReadonlyArray<string>
): ReadonlyArray<ReadonlyArray<string>> =>
  [...input.values]
    .filter(([name]) => names.includes(name))
    .flatMap(([name, values]) =>
      values.map((value) => {
        if (value === '') return [`--${name}`]
        if (value.startsWith('-')) return [`--${name}=${value}`]
        return [`--${name}`, name === 'store' ? withoutSecrets(value) : value]
      })
    )

/** The options of a command line that lead to its home. */
export const placeWords = (input: Input): ReadonlyArray<ReadonlyArray<string>> =>
  typedOptions(input, PLACE)

/** A command to type next, with the options of this one that lead to the same home; passwords of a store are left out. */
export const nextCommand = (
  input: Input,
  io: Io,
  words: ReadonlyArray<string>,
  kept = KEPT
): string => {
  return `${io.program} ${[...words, ...typedOptions(input, kept).flat()].map(shellWord).join(' ')}`
}
