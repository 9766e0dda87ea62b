/**
 * The schemas of `--json`, one per command, made of the types in `adapters/cli/schema/lines.ts`.
 */
import { join } from 'node:path'
import ts from 'typescript'
import { COMMANDS } from '../../adapters/cli/table/commands.ts'
import { fileURLToPath } from 'node:url'
import { withRows } from '../../adapters/cli/man/rows.ts'
import { schemaMaker, type JsonSchema } from './json-schemas.ts'

/** Raised for a command whose lines lose a member, or have one of another type. */
const NUMBERS: Readonly<Record<string, number>> = { version: 2 }

const UNITS =
  'Units: members ending in Ms are milliseconds, in AtMs since 1970; in At seconds since 1970 where they are numbers, RFC 3339 in UTC where they are texts; in Bytes bytes.'

const ROOT = fileURLToPath(new URL('../..', import.meta.url))
const LINES = join(ROOT, 'adapters/cli/schema/lines.ts')

const programOf = (): ts.Program => {
  const { config } = ts.readConfigFile(join(ROOT, 'tsconfig.json'), (path) => ts.sys.readFile(path))
  const { options } = ts.parseJsonConfigFileContent(config, ts.sys, ROOT)
  return ts.createProgram([LINES], { ...options, noEmit: true, types: ['node'] })
}

/** The kinds of lines as they are listed, then what they are made of; failures last. */
const inOrder = (
  definitions: ReadonlyMap<string, JsonSchema>,
  kinds: ReadonlyArray<string>
): ReadonlyArray<readonly [string, JsonSchema]> => {
  const rank = (name: string): number => {
    if (/^(error|ErrorLine|ThreadTitle)$/.test(name)) return kinds.length + 1
    return kinds.includes(name) ? kinds.indexOf(name) : kinds.length
  }
  return [...definitions].toSorted(([a], [b]) => rank(a) - rank(b) || (a < b ? -1 : 1))
}

/** Fields that depend on what is asked, and those of facts, which no document lists. */
const MORE_FIELDS: Readonly<Record<string, ReadonlyArray<string>>> = {
  usage: ['name', 'models', 'cost', 'currency'],
  index: ['name', 'value']
}

/** What a list is made of that is a member of a row. */
const LISTS_INSIDE: Readonly<Record<string, ReadonlyArray<string>>> = {
  doctor: ['AdvisedFinding'],
  repair: ['PlanStep'],
  tools: ['ToolGroup']
}

/** Rows whose columns are their members, beside those of another kind. */
const WHOLE_ROWS: Readonly<Record<string, ReadonlyArray<string>>> = { check: ['secrets'] }

/** The fields that `--fields` takes, from the rows that the command table names in braces. */
const fieldsOf = (name: string): ReadonlyArray<string> => {
  const { output } = COMMANDS.find((one) => one.name === name) ?? {}
  const lists = (output?.tsv ?? '').match(/\{[a-z ]+\}/g) ?? []
  const names = lists.flatMap((list) => withRows(list, 'fields').replaceAll('`', '').split(', '))
  return [...new Set([...names, ...(MORE_FIELDS[name] ?? [])])]
}

/** What `field` of a column can be. */
const FIELD_VALUE: JsonSchema = { type: ['string', 'number', 'null'] }

/** The members of a definition, in every form it has. */
const membersOf = (
  { $ref, anyOf, properties }: JsonSchema,
  definitions: ReadonlyMap<string, JsonSchema>
): ReadonlyArray<Readonly<Record<string, JsonSchema>>> => {
  if (typeof $ref === 'string')
    return membersOf(definitions.get($ref.replace('#/$defs/', '')) ?? {}, definitions)
  const forms = (anyOf ?? []) as ReadonlyArray<JsonSchema>
  return [
    ...forms.flatMap((form) => membersOf(form, definitions)),
    ...(properties === undefined ? [] : [properties as Readonly<Record<string, JsonSchema>>])
  ]
}

/** A row of which fields are chosen: members of the rows, and what only columns have. */
const chosenFields = (
  name: string,
  rows: ReadonlyArray<string>,
  definitions: ReadonlyMap<string, JsonSchema>
): JsonSchema | null => {
  const fields = fieldsOf(name)
  if (fields.length === 0) return null
  const members = rows.flatMap((row) => membersOf({ $ref: `#/$defs/${row}` }, definitions))
  const others = rows.filter((row) => WHOLE_ROWS[name]?.includes(row) !== true)
  const valueOf = (field: string): JsonSchema => {
    const found = new Map(
      members
        .flatMap((one) => (one[field] === undefined ? [] : [one[field]]))
        .map((one) => [JSON.stringify(one), one])
    )
    // Of several kinds of rows one may have a column where another has a member.
    const all = [...found.values(), ...(found.size === 0 || others.length > 1 ? [FIELD_VALUE] : [])]
    const [only = FIELD_VALUE, ...more] = all
    return more.length === 0 ? only : { anyOf: all }
  }
  return {
    description:
      'With --fields: the chosen fields. Members of a row have its values; times that only columns have are RFC 3339 in UTC.',
    type: 'object',
    properties: Object.fromEntries(fields.map((field) => [field, valueOf(field)])),
    additionalProperties: false
  }
}

/** Kinds of lines that are no rows. */
const isTagged = (kind: string): boolean => /^(page|total|\w+Total|thread|error)$/.test(kind)

/** Every schema, by command. */
export const commandSchemas = (): ReadonlyMap<string, JsonSchema> => {
  const program = programOf()
  const checker = program.getTypeChecker()
  const source = program.getSourceFile(LINES)
  const module = source === undefined ? undefined : checker.getSymbolAtLocation(source)
  if (module === undefined) throw new Error(`${LINES} is not there`)
  const exported = checker.getExportsOfModule(module)
  const typeNamed = (name: string): ts.Type => {
    const symbol = exported.find((one) => one.name === name)
    if (symbol === undefined) throw new Error(`no type ${name}`)
    const target = symbol.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(symbol) : symbol
    return checker.getDeclaredTypeOfSymbol(target)
  }
  const { make, descriptionOf } = schemaMaker(checker)
  const schemaOfCommand = (command: ts.Symbol): JsonSchema => {
    const kinds = checker.getPropertiesOfType(checker.getTypeOfSymbol(command))
    const definitions = new Map<string, JsonSchema>()
    const all = [
      ...kinds.map(
        (kind) => [kind.name, descriptionOf(kind), checker.getTypeOfSymbol(kind)] as const
      ),
      ['error', {}, typeNamed('ErrorLine')] as const
    ]
    for (const [name, description, type] of all) {
      const [made, more] = make(type)
      for (const [each, schema] of more) definitions.set(each, schema)
      definitions.set(name, { ...description, ...made })
    }
    const rows = [
      ...all.flatMap(([name]) => (isTagged(name) ? [] : [name])),
      ...(LISTS_INSIDE[command.name] ?? [])
    ]
    const fields = chosenFields(command.name, rows, definitions)
    if (fields !== null) definitions.set('fields', fields)
    const own = all.flatMap(([name]) => (name === 'error' ? [] : [name]))
    const names = [...own, ...(fields === null ? [] : ['fields']), 'error']
    const spec = COMMANDS.find(({ name }) => name === command.name)
    return {
      $schema: 'https://json-schema.org/draft/2020-12/schema',
      $id: `unroll.${command.name}.row/${NUMBERS[command.name] ?? 1}`,
      title: `A line of unroll ${command.name} --json`,
      description: `${spec?.summary ?? ''} ${UNITS}`,
      anyOf: names.map((name) => ({ $ref: `#/$defs/${name}` })),
      $defs: Object.fromEntries(inOrder(definitions, names))
    }
  }
  const commands = checker.getPropertiesOfType(typeNamed('JsonLines'))
  return new Map(commands.map((command) => [command.name, schemaOfCommand(command)]))
}

const WIDTH = 100

/** JSON on one line. */
const onOneLine = (value: unknown): string => {
  if (Array.isArray(value)) return `[${value.map(onOneLine).join(', ')}]`
  if (typeof value !== 'object' || value === null) return JSON.stringify(value)
  const members = Object.entries(value).map(
    ([name, one]) => `${JSON.stringify(name)}: ${onOneLine(one)}`
  )
  return `{${members.join(', ')}}`
}

/** Lists of names, each of which is one thing. */
const NAMES = new Set(['required', 'enum'])

/** A schema with a line for each member: what is short, and what a member is, stands on one line. */
export const printedSchema = (value: unknown, name = '', depth = 0, isMember = false): string => {
  const whole = onOneLine(value)
  const isShort = depth + name.length + whole.length < WIDTH
  if (typeof value !== 'object' || value === null || isMember || isShort || NAMES.has(name))
    return whole
  const lines = Array.isArray(value)
    ? value.map((one) => printedSchema(one, '', depth + 1))
    : Object.entries(value).map(
        ([each, one]) =>
          `${JSON.stringify(each)}: ${printedSchema(one, each, depth + 1, name === 'properties')}`
      )
  const [open, close] = Array.isArray(value) ? '[]' : '{}'
  const pad = ' '.repeat(depth + 1)
  return `${open}\n${lines.map((line) => pad + line).join(',\n')}\n${' '.repeat(depth)}${close}`
}
