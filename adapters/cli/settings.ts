/**
 * Settings of a person: `$XDG_CONFIG_HOME/unroll/config.toml`, else `~/.config/unroll/config.toml`. Never a file of the current
 * folder, which somebody else may have written.
 *
 *     home = "~/work/.codex"          # as CODEX_HOME
 *     tz = "Europe/Berlin"            # as TZ
 *     prices = "prices.json"          # as UNROLL_PRICES; relative to this file
 *     pager = "less -R"               # as UNROLL_PAGER
 *     color = "never"                 # auto, always or never
 *     [aliases]
 *     today = "usage daily --since today"
 *
 * An option comes before the environment, that before the file, and that before the default. So a file is read into the
 * environment where that says nothing, and commands ask only there.
 */
import * as E from 'fp-ts/lib/Either.js'
import { readFileSync } from 'node:fs'
import { dirname, isAbsolute, join, resolve } from 'node:path'
import { commandOf, COMMANDS } from './table/commands.ts'
import { didYouMean } from './naming/nearest.ts'
import { usage, type CommandFailure } from './text/report.ts'

/** What a file may say, by key, and the variable that means the same. */
export const SETTING_KEYS = ['home', 'tz', 'prices', 'pager', 'color'] as const
export type SettingKey = (typeof SETTING_KEYS)[number]

const COLORS = ['auto', 'always', 'never']
const ALIASES = 'aliases'

/** What a person set, and where. */
export interface PersonSettings {
  /** Null where there can be no file. */
  readonly path: string | null
  readonly isThere: boolean
  readonly values: Readonly<Partial<Record<SettingKey, string>>>
  /** Words by alias. */
  readonly aliases: ReadonlyMap<string, ReadonlyArray<string>>
}

const NO_ALIASES: PersonSettings['aliases'] = new Map()

type Variables = Readonly<NodeJS.ProcessEnv>

const userHome = (env: Variables): string | undefined => env['HOME'] ?? env['USERPROFILE']

/** Where the file is; null without a folder of the person. */
export const settingsPath = (env: Variables): string | null => {
  const named = env['XDG_CONFIG_HOME'] ?? ''
  const home = userHome(env) ?? ''
  const folder = isAbsolute(named) ? named : isAbsolute(home) ? join(home, '.config') : null
  return folder === null ? null : join(folder, 'unroll', 'config.toml')
}

/** The file as it was written; null without one. */
const textIn = (path: string): string | null => {
  try {
    return readFileSync(path, 'utf8')
  } catch (thrown) {
    const { code } = thrown as NodeJS.ErrnoException
    if (code === 'ENOENT' || code === 'ENOTDIR') return null
    throw thrown
  }
}

const isZone = (name: string): boolean => {
  try {
    return new Intl.DateTimeFormat('en', { timeZone: name }) !== null
  } catch {
    return false
  }
}

/** What is wrong with a value, or null. */
const problemOf = (key: SettingKey, value: unknown): string | null => {
  if (typeof value !== 'string') return `${key} must be a text`
  if (value.trim() === '' && key !== 'pager') return `${key} is empty`
  if (key === 'color' && !COLORS.includes(value))
    return `color is one of ${COLORS.join(', ')}, not "${value}"`
  return key === 'tz' && !isZone(value) ? `there is no time zone "${value}"` : null
}

/** Words of an alias; quotes keep spaces, as in a shell. */
const wordsOf = (text: string): ReadonlyArray<string> =>
  Array.from(text.matchAll(/(?:[^\s"']|"[^"]*"|'[^']*')+/g), ([word]) =>
    word.replace(/"([^"]*)"|'([^']*)'/g, '$1$2')
  )

const aliasesOf = (value: unknown): E.Either<string, PersonSettings['aliases']> => {
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    return E.left(`[${ALIASES}] must be a table`)
  const aliases = new Map<string, ReadonlyArray<string>>()
  for (const [name, text] of Object.entries(value)) {
    if (typeof text !== 'string') return E.left(`the alias ${name} must be a text`)
    if (commandOf(name) !== undefined) return E.left(`the alias ${name} has the name of a command`)
    const words = wordsOf(text)
    const [first = ''] = words
    if (commandOf(first) === undefined) {
      const names = COMMANDS.map((known) => known.name)
      return E.left(
        `the alias ${name} begins with "${first}", which is no command${didYouMean(first, names, '')}`
      )
    }
    aliases.set(name, words)
  }
  return E.right(aliases)
}

const absolutePath = (text: string, path: string, env: Variables): string => {
  const home = userHome(env)
  const seen =
    home !== undefined && (text === '~' || text.startsWith('~/')) ? join(home, text.slice(1)) : text
  return resolve(dirname(path), seen)
}

/** Reads what a file says; a `Left` says what is wrong in it. */
const settingsIn = (
  file: object,
  path: string,
  env: Variables
): E.Either<string, Omit<PersonSettings, 'isThere'>> => {
  const values: Partial<Record<SettingKey, string>> = {}
  const known: ReadonlyArray<string> = [...SETTING_KEYS, ALIASES]
  for (const [key, value] of Object.entries(file) as ReadonlyArray<[string, unknown]>) {
    if (!known.includes(key)) return E.left(`unknown key "${key}"${didYouMean(key, known, '')}`)
    if (key === ALIASES) continue
    const name = key as SettingKey
    const problem = problemOf(name, value)
    if (problem !== null) return E.left(problem)
    const text = String(value)
    values[name] = name === 'home' || name === 'prices' ? absolutePath(text, path, env) : text
  }
  const written = (file as Readonly<Record<string, unknown>>)[ALIASES]
  const aliases = written === undefined ? E.right(NO_ALIASES) : aliasesOf(written)
  return E.isLeft(aliases) ? aliases : E.right({ path, values, aliases: aliases.right })
}

/** Reads the file of the person; where there is none, nothing is set. */
export const readSettings = async (
  env: Variables
): Promise<E.Either<CommandFailure, PersonSettings>> => {
  const path = settingsPath(env)
  const text = path === null ? null : textIn(path)
  if (path === null || text === null)
    return E.right({ path, isThere: false, values: {}, aliases: NO_ALIASES })
  const { parsedToml } = await import('../home/config.ts')
  const read = E.chain((file: object) => settingsIn(file, path, env))(parsedToml(text))
  return E.isRight(read)
    ? E.right({ ...read.right, isThere: true })
    : E.left(
        usage(`cannot use ${path}: ${read.left}`, 'see "unroll help --why" for what may be set')
      )
}

/** Variables that come before a key of the file, the strongest first. */
export const VARIABLES: Readonly<Record<SettingKey, ReadonlyArray<string>>> = {
  home: ['CODEX_HOME'],
  tz: ['TZ'],
  prices: ['UNROLL_PRICES'],
  pager: ['UNROLL_PAGER', 'PAGER'],
  color: ['NO_COLOR', 'FORCE_COLOR']
}

/** An empty variable says nothing, but for pagers, of which it says that there is none. */
export const isSet = (env: Variables, variable: string): boolean =>
  env[variable] !== undefined && (env[variable] !== '' || variable.endsWith('PAGER'))

const variableFor = (key: SettingKey, value: string): readonly [string, string] | null => {
  if (key !== 'color') return [VARIABLES[key][0] ?? '', value]
  if (value === 'auto') return null
  return value === 'always' ? ['FORCE_COLOR', '1'] : ['NO_COLOR', '1']
}

/** The environment with what a file says where the environment says nothing. */
export const withSettings = (env: Variables, { values }: PersonSettings): NodeJS.ProcessEnv => {
  const added = SETTING_KEYS.flatMap((key) => {
    const value = values[key]
    if (value === undefined || VARIABLES[key].some((variable) => isSet(env, variable))) return []
    const variable = variableFor(key, value)
    return variable === null ? [] : [variable]
  })
  const all = { ...env, ...Object.fromEntries(added) }
  // The clock of this process follows, which knows no other way.
  if (all['TZ'] !== env['TZ']) process.env['TZ'] = all['TZ']
  return all
}
