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
const NUMBERS: Readonly<Record<string, number>> = {}

const UNITS =
  'Units: members ending in Ms are milliseconds, in AtMs since 1970; in At seconds since 1970 where they are numbers, RFC 3339 in UTC where they are texts; in Bytes bytes.'

const ROOT = fileURLToPath(new URL('../..', import.meta.url))
const LINES = join(ROOT, 'adapters/cli/schema/lines.ts')

const programOf = (): ts.Program => {
  const { config } = ts.readConfigFile(join(ROOT, 'tsconfig.json'), (path) => ts.sys.readFile(path))
  const { options } = ts.parseJsonConfigFileContent(config, ts.sys, ROOT)
  return ts.createProgram([LINES], { ...options, noEmit: true, types: ['node'] })
}

const sorted = (
  definitions: ReadonlyMap<string, JsonSchema>
): ReadonlyArray<[string, JsonSchema]> => [...definitions].toSorted(([a], [b]) => (a < b ? -1 : 1))

/** Fields that depend on what is asked, and those of facts, which no document lists. */
const MORE_FIELDS: Readonly<Record<string, ReadonlyArray<string>>> = {
  usage: ['name', 'models', 'cost', 'currency'],
  index: ['name', 'value']
}

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
  const valueOf = (field: string): JsonSchema => {
    const found = new Map(
      members
        .flatMap((one) => (one[field] === undefined ? [] : [one[field]]))
        .map((one) => [JSON.stringify(one), one])
    )
    // Of several kinds of rows one may have a column where another has a member.
    const all = [...found.values(), ...(found.size === 0 || rows.length > 1 ? [FIELD_VALUE] : [])]
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
    const rows = all.flatMap(([name]) => (isTagged(name) ? [] : [name]))
    const fields = chosenFields(command.name, rows, definitions)
    if (fields !== null) definitions.set('fields', fields)
    const spec = COMMANDS.find(({ name }) => name === command.name)
    return {
      $schema: 'https://json-schema.org/draft/2020-12/schema',
      $id: `unroll.${command.name}.row/${NUMBERS[command.name] ?? 1}`,
      title: `A line of unroll ${command.name} --json`,
      description: `${spec?.summary ?? ''} ${UNITS}`,
      anyOf: [...all.map(([name]) => name), ...(fields === null ? [] : ['fields'])].map((name) => ({
        $ref: `#/$defs/${name}`
      })),
      $defs: Object.fromEntries(sorted(definitions))
    }
  }
  const commands = checker.getPropertiesOfType(typeNamed('JsonLines'))
  return new Map(commands.map((command) => [command.name, schemaOfCommand(command)]))
}

const WIDTH = 100

/** JSON with everything on one line that fits there. */
export const printedSchema = (value: unknown, indent = 0, before = 0): string => {
  const short = JSON.stringify(value, null, 1).replace(/\n\s*/g, ' ')
  if (typeof value !== 'object' || value === null || indent + before + short.length < WIDTH)
    return short
  const pad = ' '.repeat(indent + 1)
  const lines = Array.isArray(value)
    ? value.map((one) => pad + printedSchema(one, indent + 1))
    : Object.entries(value).map(([name, one]) => {
        const head = `${JSON.stringify(name)}: `
        return pad + head + printedSchema(one, indent + 1, head.length)
      })
  const [open, close] = Array.isArray(value) ? '[]' : '{}'
  return `${open}\n${lines.join(',\n')}\n${' '.repeat(indent)}${close}`
}
