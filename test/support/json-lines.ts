/**
 * Holds what commands print with `--json` against their schemas, line by line.
 */
import { Ajv2020 as Ajv } from 'ajv/dist/2020.js'
import type { ErrorObject, ValidateFunction } from 'ajv'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseCommandLine, type Input } from '../../adapters/cli/args.ts'
import { commandOf } from '../../adapters/cli/table/commands.ts'

export const SCHEMAS = join(import.meta.dirname, '..', '..', 'schemas')

interface CommandSchema {
  readonly $id: string
  readonly $defs: Readonly<Record<string, object>>
}

/** Characters of a value that a message shows. */
const VALUE_CHARS_MAX = 120

let kept: { readonly ajv: Ajv; readonly schemas: ReadonlyMap<string, CommandSchema> } | null = null

const loaded = () => {
  if (kept !== null) return kept
  const ajv = new Ajv({ strict: true, allowUnionTypes: true, verbose: true, allErrors: true })
  // RFC 3339 in UTC, as unroll writes every time.
  ajv.addFormat('date-time', /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?Z$/)
  const schemas = new Map<string, CommandSchema>()
  for (const file of readdirSync(SCHEMAS)) {
    const schema = JSON.parse(readFileSync(join(SCHEMAS, file), 'utf8')) as CommandSchema
    schemas.set(file.replace(/\.json$/, ''), schema)
    ajv.addSchema(schema)
  }
  kept = { ajv, schemas }
  return kept
}

/** Kinds of lines that several words of a command share. */
const SHARED = ['page', 'total', 'error']

const camel = (word: string): string =>
  word.replace(/-(\w)/g, (_, letter: string) => letter.toUpperCase())

const beginsWith = (kind: string, word: string): boolean =>
  kind === word || (kind.startsWith(word) && /^[A-Z]/.test(kind.slice(word.length)))

/** The kinds of lines that a command line may print; see adapters/cli/schema/lines.ts. */
const kindsOf = (
  { command, form, values }: Input,
  { $defs }: CommandSchema
): ReadonlyArray<string> => {
  if (values.has('fields')) return ['fields', ...SHARED.filter((kind) => kind in $defs)]
  // Definitions of types are spelled with a capital.
  const kinds = Object.keys($defs).filter((kind) => /^[a-z]/.test(kind) && kind !== 'fields')
  const words = (command.words ?? []).map(({ name }) => camel(name))
  const own = words.find((word) => word === camel(form.word?.name ?? ''))
  const ofWord = own === undefined ? [] : kinds.filter((kind) => beginsWith(kind, own))
  const rows = ofWord.filter((kind) => !SHARED.includes(kind))
  if (rows.length > 0) {
    const hasTotal = rows.includes(`${own}Total`)
    const shared = kinds.filter((kind) => SHARED.includes(kind))
    return [...rows, ...shared.filter((kind) => kind !== 'total' || !hasTotal)]
  }
  return kinds.filter(
    (kind) => SHARED.includes(kind) || !words.some((word) => beginsWith(kind, word))
  )
}

const depthOf = ({ instancePath }: ErrorObject): number => instancePath.split('/').length

/** What is wrong in the kind of line that fits best: the one that goes wrong as deep inside as it can. */
const inWords = (errors: ReadonlyArray<ErrorObject>): string => {
  const deepest = Math.max(...errors.map(depthOf))
  const told = errors
    .filter((error) => depthOf(error) === deepest)
    .map(({ instancePath, message = '', params, data }) => {
      const { additionalProperty: extra } = params as { readonly additionalProperty?: string }
      const value = JSON.stringify(data) ?? 'nothing'
      const shown = extra === undefined ? `: ${value.slice(0, VALUE_CHARS_MAX)}` : ` ("${extra}")`
      return `${instancePath === '' ? 'the line' : instancePath} ${message}${shown}`
    })
  return [...new Set(told)].slice(0, 3).join('; ')
}

const validatorOf = (name: string, kind: string): ValidateFunction => {
  const { ajv, schemas } = loaded()
  const found = ajv.getSchema(`${schemas.get(name)?.$id}#/$defs/${kind}`)
  if (found === undefined) throw new Error(`schemas/${name}.json has no ${kind}`)
  return found
}

/** What is wrong with a line, or null. */
const problemOf = (name: string, kinds: ReadonlyArray<string>, line: string): string | null => {
  let value: unknown
  try {
    value = JSON.parse(line)
  } catch {
    return 'is no JSON'
  }
  const tag = (value as { readonly $?: unknown } | null)?.$
  const isTotal = (kind: string): boolean => kind.endsWith('Total')
  const tried = kinds.filter((kind) =>
    tag === undefined
      ? !SHARED.includes(kind) && !isTotal(kind)
      : kind === tag || (tag === 'total' && isTotal(kind))
  )
  if (tried.length === 0)
    return tag === undefined ? 'no row is printed here' : `no line has this tag`
  const wrong = tried.flatMap((kind) => {
    const validate = validatorOf(name, kind)
    return validate(value) ? [] : [{ kind, errors: validate.errors ?? [] }]
  })
  if (wrong.length < tried.length) return null
  return wrong.map(({ kind, errors }) => `as ${kind}, ${inWords(errors)}`).join('\n    ')
}

/** The first line of an alias that a person gave to other words cannot be known here. */
const isAlias = ([first = '']: ReadonlyArray<string>): boolean =>
  !first.startsWith('-') && commandOf(first) === undefined

/** Throws when a line that a command line printed is not as its schema says. */
export const expectJsonLines = (argv: ReadonlyArray<string>, out: string): void => {
  const parsed = parseCommandLine(argv)
  if (!parsed.ok && isAlias(argv)) return
  const name = parsed.ok ? parsed.input.command.name : 'version'
  const schema = loaded().schemas.get(name)
  const lines = out.split('\n').filter((line) => line !== '')
  if (lines.length === 0) return
  if (schema === undefined) throw new Error(`schemas/${name}.json is missing: ${lines[0]}`)
  const kinds = parsed.ok ? kindsOf(parsed.input, schema) : ['error']
  for (const [at, line] of lines.entries()) {
    const problem = problemOf(name, kinds, line)
    if (problem === null) continue
    const shown = line.length > VALUE_CHARS_MAX ? `${line.slice(0, VALUE_CHARS_MAX)}…` : line
    throw new Error(
      `unroll ${argv.join(' ')}\n  line ${at + 1} is not as schemas/${name}.json says: ${shown}\n    ${problem}`
    )
  }
}
