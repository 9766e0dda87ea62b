/**
 * The schemas of `--json`, one per command, made of the types in `adapters/cli/schema/lines.ts`.
 */
import { join } from 'node:path'
import ts from 'typescript'
import { COMMANDS } from '../../adapters/cli/table/commands.ts'
import { fileURLToPath } from 'node:url'
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
    const spec = COMMANDS.find(({ name }) => name === command.name)
    return {
      $schema: 'https://json-schema.org/draft/2020-12/schema',
      $id: `unroll.${command.name}.row/${NUMBERS[command.name] ?? 1}`,
      title: `A line of unroll ${command.name} --json`,
      description: `${spec?.summary ?? ''} ${UNITS}`,
      anyOf: all.map(([name]) => ({ $ref: `#/$defs/${name}` })),
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
