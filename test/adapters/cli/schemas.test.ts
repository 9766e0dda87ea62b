import { expect } from 'chai'
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { COMMANDS } from '../../../adapters/cli/table/commands.ts'
import { brokenPromises } from '../../support/broken-promises.ts'
import { commandSchemas, printedSchema } from '../../support/command-schemas.ts'
import { FIXTURES, readJson } from '../../support/fixture-home.ts'
import { expectJsonLines, SCHEMAS } from '../../support/json-lines.ts'
import { unroll } from './console.ts'

/** The schemas that were promised; kept until a number is raised. */
const RECORD = join(FIXTURES, 'schemas', 'record.json')

/* oxlint-disable typescript/no-explicit-any -- JSON Schemas */

/** Descriptions promise nothing. */
const withoutWords = (name: string, value: unknown): unknown =>
  name === 'description' && typeof value === 'string' ? undefined : value

const withJson = COMMANDS.filter(({ output }) => output.json !== undefined).map(({ name }) => name)

const schemaOf = (name: string) => readJson(join(SCHEMAS, `${name}.json`))

describe('JSON Schemas of --json', () => {
  it('are those of the types of lines', () => {
    // Reads the types of the whole program.
    const made = commandSchemas()
    expect([...made.keys()].sort()).to.deep.equal([...withJson].sort())
    if (process.env['UPDATE_DOCS'] === '1') {
      // Those of exports have a test of their own.
      for (const name of readdirSync(SCHEMAS))
        if (!name.startsWith('export')) rmSync(join(SCHEMAS, name))
      for (const [name, schema] of made)
        writeFileSync(join(SCHEMAS, `${name}.json`), `${printedSchema(schema)}\n`)
    }
    for (const [name, schema] of made) {
      const text = readFileSync(join(SCHEMAS, `${name}.json`), 'utf8')
      expect(text, `schemas/${name}.json is not up to date`).to.equal(`${printedSchema(schema)}\n`)
    }
  })

  it('say what every kind of line and every row is', () => {
    for (const name of withJson) {
      const { $id, title, description, $defs } = schemaOf(name)
      expect([$id, title]).to.deep.equal([
        `unroll.${name}.row/${name === 'version' ? 2 : 1}`,
        `A line of unroll ${name} --json`
      ])
      expect(description).to.match(/\.$/)
      const undescribed = Object.keys($defs).filter((each) => {
        const { description: own, $ref, ...rest } = $defs[each]
        const isNamed = own !== undefined || $ref !== undefined
        return !isNamed && rest.type === 'object'
      })
      expect(undescribed, name).to.deep.equal([])
    }
  })

  it('keep what is on record: no member is removed or retyped under the same number', () => {
    const record = existsSync(RECORD) ? readJson(RECORD) : {}
    if (process.env['UPDATE_DOCS'] === '1') {
      const kept = withJson.map((name) => {
        const [was, is] = [record[name], schemaOf(name)]
        return [name, was?.$id === is.$id ? was : is] as const
      })
      mkdirSync(dirname(RECORD), { recursive: true })
      writeFileSync(RECORD, `${JSON.stringify(Object.fromEntries(kept), withoutWords)}\n`)
    }
    for (const name of withJson) {
      const [was, is] = [readJson(RECORD)[name], schemaOf(name)]
      expect(was?.$id, `${name} is not on record: run with UPDATE_DOCS=1`).to.equal(is.$id)
      const broken = brokenPromises(was, is)
      expect(
        broken,
        `raise the number of ${name} in test/support/command-schemas.ts`
      ).to.deep.equal([])
    }
  })

  it('break a promise by what is removed, retyped or missing, not by what is added', () => {
    const schema = (row: object, more: object = {}) => ({
      $id: 'a/1',
      anyOf: [{ $ref: '#/$defs/row' }],
      $defs: { row: { type: 'object', ...row }, ...more }
    })
    const text = { type: 'string' }
    const tagged = (kind: string, members: object) => ({
      type: 'object',
      properties: { kind: { const: kind }, ...members },
      required: ['kind']
    })
    const was = schema(
      {
        properties: {
          id: text,
          at: { type: ['integer', 'null'] },
          status: { type: 'string', enum: ['on', 'off'] },
          inner: { $ref: '#/$defs/Inner' },
          one: { anyOf: [tagged('a', { x: text }), tagged('b', {})] }
        },
        required: ['id', 'at']
      },
      { Inner: { type: 'object', properties: { deep: { type: 'array', items: text } } } }
    )
    const changed = (change: (copy: any) => void): ReadonlyArray<string> => {
      const copy = structuredClone(was)
      change(copy)
      return brokenPromises(was, copy)
    }
    const members = (copy: any) => copy.$defs.row.properties
    expect(changed(() => undefined)).to.deep.equal([])
    expect(
      changed((copy) => {
        members(copy).added = text
        members(copy).status.enum.push('unknown')
        members(copy).one.anyOf.push(tagged('c', {}))
        copy.$defs.other = {}
        copy.anyOf.push({ $ref: '#/$defs/other' })
      })
    ).to.deep.equal([])
    expect(changed((copy) => delete members(copy).id)).to.deep.equal(['row/id was removed'])
    expect(changed((copy) => (members(copy).id = { type: 'integer' }))).to.deep.equal([
      'row/id may be any integer now'
    ])
    expect(changed((copy) => (members(copy).id = { type: ['string', 'null'] }))).to.deep.equal([
      'row/id may be null now'
    ])
    expect(changed((copy) => copy.$defs.row.required.pop())).to.deep.equal([
      'row/at may be missing now'
    ])
    expect(changed((copy) => delete copy.$defs.Inner.properties.deep)).to.deep.equal([
      'row/inner/deep was removed'
    ])
    expect(
      changed((copy) => (copy.$defs.Inner.properties.deep.items = { type: 'boolean' }))
    ).to.deep.equal(['row/inner/deep[] may be any boolean now'])
    expect(changed((copy) => delete members(copy).one.anyOf[0].properties.x)).to.deep.equal([
      'row/one/x was removed'
    ])
    expect(changed((copy) => members(copy).one.anyOf.pop())).to.deep.equal([
      'row/one [["kind","b"]] was removed'
    ])
    expect(changed((copy) => delete copy.$defs.row)).to.deep.equal(['the line row was removed'])
    expect(
      changed((copy) => {
        delete members(copy).id
        copy.$id = 'a/2'
      })
    ).to.deep.equal([])
  })

  /** Those of exports are files of their own. */
  const names = [...withJson, 'export', 'export-lines'].toSorted()

  it('are printed, and listed without a command', async () => {
    const { code, out } = await unroll(['help', '--schema', 'threads'])
    expect([code, JSON.parse(out)]).to.deep.equal([0, schemaOf('threads')])
    const all = await unroll(['help', '--schema'])
    expect(all.out.split('\n').slice(0, -1)).to.deep.equal(names)
    const none = await unroll(['help', '--schema', 'pick'])
    expect(none).to.deep.equal({
      code: 2,
      out: '',
      err: 'unroll: pick has no --json\nlist the schemas: "unroll help --schema"\n'
    })
  })

  it('have their numbers in the version', async () => {
    const { out } = await unroll(['version', '--json'])
    expect(JSON.parse(out).schemas).to.deep.equal(
      Object.fromEntries(names.map((name) => [name, name === 'version' ? 2 : 1]))
    )
  })
})

describe('JSON lines held against schemas', () => {
  const ROW = {
    ...{ operationId: null, threadId: 't', name: 'a', before: null }
  }
  const wrong = (...rows: ReadonlyArray<object>) =>
    expect(() =>
      expectJsonLines(
        ['rename', 't', 'a', '--json'],
        rows.map((row) => JSON.stringify(row)).join('\n')
      )
    )

  it('are right, or named with command, line and member', () => {
    wrong(ROW).not.to.throw()
    wrong(ROW, { ...ROW, name: 7 }).to.throw(
      /^unroll rename t a --json\n {2}line 2 is not as schemas\/rename.json says.*\n.*\/name must be string: 7/
    )
    wrong({ ...ROW, more: 1 }).to.throw('must NOT have additional properties ("more")')
    wrong({ threadId: 't' }).to.throw("must have required property 'operationId'")
    wrong({ $: 'page', nextCursor: null, backwardsCursor: null }).to.throw('no line has this tag')
  })
})
