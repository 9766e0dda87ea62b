/**
 * Command lines to commands, by the table, and back. `parseArgs` splits, the table decides what is allowed: its own strict
 * mode knows neither choices nor ranges, and cannot say what was probably meant.
 */
import { parseArgs } from 'node:util'
import { withoutSecrets } from '../log/eventstore/connection/connection-string.ts'
import type { Io } from './io.ts'
import {
  COMMANDS,
  commandOf,
  GLOBAL_OPTIONS,
  synopsis,
  type CommandSpec,
  type OptionSpec
} from './table/commands.ts'
import { usage, type CommandFailure } from './text/report.ts'
import { shellWord } from './text/text.ts'

export interface Input {
  readonly command: CommandSpec
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

const ALL_OPTIONS: ReadonlyMap<string, OptionSpec> = new Map(
  [...GLOBAL_OPTIONS, ...COMMANDS.flatMap(({ options }) => options)].map((spec) => [
    spec.name,
    spec
  ])
)

const optionsOf = (command: CommandSpec): ReadonlyArray<OptionSpec> => [
  ...command.options,
  ...GLOBAL_OPTIONS
]

/** Edits that turn one word into another: letters added, dropped, changed or swapped with their neighbour. */
const distance = (a: string, b: string): number => {
  const rows: Array<Array<number>> = [Array.from({ length: b.length + 1 }, (_, j) => j)]
  const at = (i: number, j: number): number => rows[i]?.[j] ?? Infinity
  for (let i = 1; i <= a.length; i++) {
    const row = [i]
    rows.push(row)
    for (let j = 1; j <= b.length; j++) {
      const swapped = i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]
      row.push(
        Math.min(
          at(i - 1, j) + 1,
          at(i, j - 1) + 1,
          at(i - 1, j - 1) + (a[i - 1] === b[j - 1] ? 0 : 1),
          swapped ? at(i - 2, j - 2) + 1 : Infinity
        )
      )
    }
  }
  return at(a.length, b.length)
}

/** The name a word was probably meant to be; null when none is near. */
const nearest = (word: string, names: ReadonlyArray<string>): string | null => {
  if (word.length > 40) return null
  const ranked = names
    .map((name) => ({ name, far: name.startsWith(word) && word !== '' ? 1 : distance(word, name) }))
    .sort((a, b) => a.far - b.far)
  const [best] = ranked
  return best !== undefined && best.far <= Math.max(1, Math.floor(word.length / 3))
    ? best.name
    : null
}

const didYouMean = (word: string, names: ReadonlyArray<string>, dashes: string): string => {
  const near = nearest(word, names)
  return near === null ? '' : `; did you mean ${dashes}${near}?`
}

const usageLine = (command: CommandSpec | undefined): string =>
  command === undefined
    ? 'usage: unroll <command> [options]; see "unroll help"'
    : `usage: ${synopsis(command)}; see "unroll help ${command.name}"`

/** What is wrong with a value, or null. */
const valueProblem = ({ name, choices, range }: OptionSpec, value: string): string | null => {
  if (choices !== undefined && !choices.includes(value)) {
    return `--${name} takes ${choices.join(', ')}, not "${value}"`
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

/** What is wrong with an option, or null. */
const optionProblem = (token: OptionToken, command: CommandSpec): string | null => {
  const { name, rawName, value, inlineValue } = token
  const options = optionsOf(command)
  const spec = options.find((option) => option.name === name)
  if (spec === undefined) {
    const names = options.map((option) => option.name)
    return ALL_OPTIONS.has(name)
      ? `${command.name} has no option ${rawName}`
      : `unknown option ${rawName}${didYouMean(name, names, '--')}`
  }
  if (spec.value === undefined) return value === undefined ? null : `--${name} takes no value`
  if (value === undefined) return `--${name} needs a value`
  // A turn counted from the end.
  const isPlace = spec.value === 'TURN' && /^-\d+$/.test(value)
  if (inlineValue !== true && value.startsWith('-') && value !== '-' && !isPlace) {
    return `--${name} needs a value; one that begins with a dash is written --${name}=${value}`
  }
  return valueProblem(spec, value)
}

const argsProblem = (command: CommandSpec, args: ReadonlyArray<string>): string | null => {
  const needed = command.args.filter((arg) => !arg.startsWith('['))
  const missing = needed[args.length]
  if (missing !== undefined) return `${command.name} needs ${missing}`
  const extra = args[command.args.length]
  if (extra !== undefined && command.args.at(-1)?.endsWith('...]') !== true)
    return `${command.name} does not take "${extra}"`
  const [first = ''] = command.args
  const choices = command.choices ?? (first.includes('|') ? first.split('|') : [])
  const [arg] = args
  return arg !== undefined && choices.length > 0 && !choices.includes(arg)
    ? `${command.name} takes ${choices.join('|')}, not "${arg}"${didYouMean(arg, choices, '')}`
    : null
}

const conflict = (command: CommandSpec, given: ReadonlySet<string>): string | null => {
  if (given.has('json') && command.output.json === undefined) {
    return `${command.name} has no --json`
  }
  const found = command.conflicts?.find(([one, other]) => given.has(one) && given.has(other))
  return found === undefined ? null : `--${found[0]} and --${found[1]} exclude each other`
}

const commandName = (given: ReadonlySet<string>, words: ReadonlyArray<string>): string =>
  words[0] ?? (given.has('version') ? 'version' : 'help')

/** Reads the words after the program's name. */
export const parseCommandLine = (argv: ReadonlyArray<string>): ParsedCommandLine => {
  const type = (spec: OptionSpec) => (spec.value === undefined ? 'boolean' : 'string')
  const options = Object.fromEntries(
    [...ALL_OPTIONS.values()].map((o) => [
      o.name,
      { type: type(o), ...(o.short === undefined ? {} : { short: o.short }) }
    ])
  )
  const { tokens } = parseArgs({
    args: [...argv],
    strict: false,
    tokens: true,
    allowPositionals: true,
    options: {
      ...(options as Record<string, { type: 'boolean' | 'string'; short?: string }>),
      help: { type: 'boolean', short: 'h' },
      version: { type: 'boolean' }
    }
  })
  const words = tokens.flatMap((token) => (token.kind === 'positional' ? [token.value] : []))
  const found = tokens.flatMap((token) => (token.kind === 'option' ? [token] : []))
  const given = new Set(found.map(({ name }) => name))
  const json = given.has('json')
  const name = commandName(given, words)
  const command = commandOf(name)
  const refuse = (problem: string): ParsedCommandLine => ({
    ok: false,
    failure: usage(problem, usageLine(command)),
    json
  })
  if (command === undefined) {
    const names = COMMANDS.map((known) => known.name)
    return refuse(`unknown command "${name}"${didYouMean(name, names, '')}`)
  }
  if (given.has('help')) return { ok: true, input: helpFor(command) }
  const checked = words.length === 0 ? found.filter((token) => token.name !== 'version') : found
  const args = words.slice(1)
  const problem =
    checked.map((token) => optionProblem(token, command)).find((text) => text !== null) ??
    conflict(command, given) ??
    argsProblem(command, args)
  if (problem !== null && problem !== undefined) return refuse(problem)
  const values = new Map<string, ReadonlyArray<string>>()
  for (const token of found) {
    values.set(token.name, [...(values.get(token.name) ?? []), token.value ?? ''])
  }
  return { ok: true, input: { command, args, values, json } }
}

const helpFor = ({ name }: CommandSpec): Input => ({
  command: commandOf('help') as CommandSpec,
  args: name === 'help' ? [] : [name],
  values: new Map(),
  json: false
})

/** Options that the next command needs as well, to speak of the same threads. */
const KEPT = ['home', 'index', 'store', 'profile', 'items', 'strict', 'at']

/** A command to type next, with the options of this one that lead to the same home; passwords of a store are left out. */
export const nextCommand = (
  input: Input,
  io: Io,
  words: ReadonlyArray<string>,
  kept = KEPT
): string => {
  const options = [...input.values]
    .filter(([name]) => kept.includes(name))
    .flatMap(([name, values]) =>
      values.flatMap((value) => {
        if (value === '') return [`--${name}`]
        if (value.startsWith('-')) return [`--${name}=${value}`]
        return [`--${name}`, name === 'store' ? withoutSecrets(value) : value]
      })
    )
  return `${io.program} ${[...words, ...options].map(shellWord).join(' ')}`
}
