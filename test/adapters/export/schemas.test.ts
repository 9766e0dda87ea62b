// The schemas of JSON exports, made of domain/export/document.ts: `UPDATE_DOCS=1` writes them again.
import { Ajv2020 } from 'ajv/dist/2020.js'
import { expect } from 'chai'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import ts from 'typescript'
import { printedSchema } from '../../support/command-schemas.ts'
import { FIXTURES } from '../../support/fixture-home.ts'
import { schemaMaker, type JsonSchema } from '../../support/json-schemas.ts'

const ROOT = join(import.meta.dirname, '..', '..', '..')
const SOURCE = join(ROOT, 'domain/export/document.ts')

const SCHEMAS = {
  export: ['unroll.export/1', 'ExportDocument', 'What unroll export --to json writes'],
  'export-lines': ['unroll.export.lines/1', 'ExportLine', 'A line of unroll export --to jsonl']
} as const

const made = (): ReadonlyMap<string, JsonSchema> => {
  const { config } = ts.readConfigFile(join(ROOT, 'tsconfig.json'), (path) => ts.sys.readFile(path))
  const { options } = ts.parseJsonConfigFileContent(config, ts.sys, ROOT)
  const program = ts.createProgram([SOURCE], { ...options, noEmit: true, types: [] })
  const checker = program.getTypeChecker()
  const source = program.getSourceFile(SOURCE)
  const module = source === undefined ? undefined : checker.getSymbolAtLocation(source)
  if (module === undefined) throw new Error(`${SOURCE} is not there`)
  const types = checker.getExportsOfModule(module)
  const { make } = schemaMaker(checker)
  return new Map(
    Object.entries(SCHEMAS).map(([name, [$id, typeName, title]]) => {
      const symbol = types.find((one) => one.name === typeName)
      if (symbol === undefined) throw new Error(`no type ${typeName}`)
      const [schema, definitions] = make(checker.getDeclaredTypeOfSymbol(symbol))
      const $defs = Object.fromEntries([...definitions].sort(([a], [b]) => (a < b ? -1 : 1)))
      const $schema = 'https://json-schema.org/draft/2020-12/schema'
      return [name, { $schema, $id, title, ...schema, $defs }] as const
    })
  )
}

const pathOf = (name: string): string => join(ROOT, 'schemas', `${name}.json`)

const validatorOf = (name: string) =>
  new Ajv2020({ strict: false }).compile(JSON.parse(readFileSync(pathOf(name), 'utf8')) as object)

const HOMES =
  'basic-130 tools-142 unicode-long-142 damaged-142 fork-rollback-142 review-142 agents-169 compaction-169 errors-169 plugin-142'.split(
    ' '
  )

const textOf = (name: string): string => readFileSync(join(FIXTURES, 'exports', name), 'utf8')

describe('JSON Schemas of exports', () => {
  it('are those of the types', () => {
    for (const [name, schema] of made()) {
      const text = `${printedSchema(schema)}\n`
      if (process.env['UPDATE_DOCS'] === '1') writeFileSync(pathOf(name), text)
      expect(readFileSync(pathOf(name), 'utf8'), `schemas/${name}.json`).to.equal(text)
    }
  })

  it('hold for the exports of recorded homes', () => {
    const [whole, line] = [validatorOf('export'), validatorOf('export-lines')]
    for (const home of HOMES) {
      expect(whole(JSON.parse(textOf(`${home}.json`))), JSON.stringify(whole.errors)).to.equal(true)
      for (const each of textOf(`${home}.jsonl`).trimEnd().split('\n'))
        expect(line(JSON.parse(each)), JSON.stringify(line.errors)?.slice(0, 400)).to.equal(true)
    }
  })

  it('do not hold for another object', () => {
    const [whole, line] = [validatorOf('export'), validatorOf('export-lines')]
    const document = JSON.parse(textOf('basic-130.json')) as { turns: Array<object> }
    expect(whole({ ...document, turns: [{ id: 'x' }] })).to.equal(false)
    expect(whole({ ...document, counts: null })).to.equal(false)
    expect(line({ type: 'other' })).to.equal(false)
  })
})
